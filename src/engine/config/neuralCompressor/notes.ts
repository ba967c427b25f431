/** What a config of Neural Compressor and one of ours cannot both say: the key, and what became of it. */
export interface ImportNote {
  readonly path: string;
  readonly message: string;
}
