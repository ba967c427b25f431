/** Translated strings of a page: the English text is the key, as in `vscode.l10n.t`. The page carries the translations of VS Code's display language. */
export function t(text: string, ...values: readonly (string | number)[]): string {
  return (translations[text] ?? text).replace(/\{(\d+)\}/g, (whole, index: string) => String(values[Number(index)] ?? whole));
}

const translations: Readonly<Record<string, string>> = readTranslations();

function readTranslations(): Record<string, string> {
  const element = typeof document === 'undefined' ? null : document.getElementById('l10n');
  return element?.textContent ? (JSON.parse(element.textContent) as Record<string, string>) : {};
}
