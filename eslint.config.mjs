export { default } from './tooling/checks/eslint.config.mjs';
