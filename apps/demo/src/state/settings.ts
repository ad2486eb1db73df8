import { recipeConfig, recipePresets, type RecipeConfig, type RecipePresetName } from '@ashlar/recipe';

/** Why the settings of the address were not taken, in one sentence. */
export let settingsProblem = '';

/** The recipe's settings. The address can change them: `?recipe=fast&settings={"ppo":{"iterations":20}}`. */
export const settings: RecipeConfig = ofAddress();

function ofAddress(): RecipeConfig {
  const asked = new URLSearchParams(location.search);
  const preset = asked.get('recipe') ?? 'usual';
  try {
    if (!(preset in recipePresets)) throw new RangeError(`there is no recipe ${preset}`);
    const changes = JSON.parse(asked.get('settings') ?? '{}') as object;
    return recipeConfig(preset as RecipePresetName, changes);
  } catch (error) {
    settingsProblem = `The settings in the address were not taken: ${(error as Error).message}.`;
    return recipeConfig();
  }
}
