// The run over all SavedModels of the corpus: `node scripts/check-saved-models.mjs`.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { corpusFolder } from './corpus';
import { Judge } from './judge';
import { FORMS, savedModelProblem, savedSignatures } from './savedModelCorpus';

/** Arguments choose models by a part of their name. */
export async function main(parts: readonly string[]): Promise<void> {
  const corpus = corpusFolder();
  if (corpus === undefined) throw new Error('No corpus: set MIXED_PRECISION_CORPUS to its folder.');
  const results = path.resolve('test-results');
  mkdirSync(results, { recursive: true });
  const signatures = savedSignatures(corpus).filter(({ name }) => parts.length === 0 || parts.some((part) => name.includes(part)));
  const judge = Judge.start(false);
  const lines = ['# SavedModels of the corpus', '', `${signatures.length} signatures of ${new Set(signatures.map(({ name }) => name)).size} models that TensorFlow runs.`, ''];
  for (const form of Object.keys(FORMS) as (keyof typeof FORMS)[]) {
    const problems: string[] = [];
    for (const [index, entry] of signatures.entries()) {
      process.stderr.write(`\r${form} ${index + 1} of ${signatures.length}`);
      const problem = await savedModelProblem(entry, form, path.join(results, 'corpus.savedmodel'), judge);
      if (problem !== undefined) problems.push(`- ${entry.name}, ${entry.signature}: ${problem.replace(/\s+/g, ' ').slice(0, 400)}`);
    }
    lines.push(`## ${form}: ${signatures.length - problems.length} the same within ${FORMS[form].tolerance}`, '', ...problems, '');
  }
  judge.close();
  process.stderr.write('\n');
  const text = lines.join('\n');
  writeFileSync(path.join(results, 'saved-models.md'), text);
  process.stdout.write(text);
}
