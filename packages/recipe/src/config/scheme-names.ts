/** How the weights of linear layers can be stored. */
export const quantizationSchemes = ['int8', 'nf4', 'int4'] as const;

export type SchemeName = (typeof quantizationSchemes)[number];
