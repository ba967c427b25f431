/** Ids that package.json gives to our contributions. */
export const GRAPH_EDITOR = 'mixedPrecision.graph';
export const CONFIG_VIEW = 'mixedPrecision.config';
export const WELCOME_VIEW = 'mixedPrecision.welcome';
export const TUNING_VIEW = 'mixedPrecision.tuning';
