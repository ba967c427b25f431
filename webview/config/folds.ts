interface FoldState {
  /** Ids of the closed parts. */
  readonly closed: readonly string[];
}

/** Opens and closes the foldable parts as they were left, at first as they are, and remembers what the user changes. */
export function keepFolds(root: HTMLElement, vscode: { getState(): unknown; setState(state: FoldState): void }): void {
  const parts = [...root.querySelectorAll<HTMLDetailsElement>('details[id]')];
  const { closed = parts.filter(({ open }) => !open).map(({ id }) => id) } = (vscode.getState() ?? {}) as Partial<FoldState>;
  for (const part of parts) {
    part.open = !closed.includes(part.id);
    part.addEventListener('toggle', () => vscode.setState({ closed: parts.filter(({ open }) => !open).map(({ id }) => id) }));
  }
}
