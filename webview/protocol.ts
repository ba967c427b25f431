/**
 * Every message between the extension host and its webviews. Imported by both sides; holds types only.
 * The host computes, the webview draws.
 */
export type * from './protocol/precision';
export type * from './protocol/picture';
export type * from './protocol/pictureTables';
export type * from './protocol/details';
export type * from './protocol/graph';
export type * from './protocol/config';
export type * from './protocol/tuning';
