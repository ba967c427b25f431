/** Free height between two rows; room for one mark. */
export const ROW_GAP = 36;
export const BOX_PADDING = 16;
/** Top of a box, where its label stands; edges go straight down here. */
export const BOX_LABEL = 16;
/** From the top of a box to its first row. */
export const BOX_HEADER = 48;
