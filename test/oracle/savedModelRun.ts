// The run over all SavedModels of the corpus: `node scripts/check-saved-models.mjs`.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { corpusFolder } from './corpus';
import { Judge } from './judge';
import { corpusModels, FORMS, savedModelProblems } from './savedModelCorpus';

/** Arguments choose models by a part of their name. */
export async function main(parts: readonly string[]): Promise<void> {
  const corpus = corpusFolder();
  if (corpus === undefined) throw new Error('No corpus: set MIXED_PRECISION_CORPUS to its folder.');
  const results = path.resolve('test-results');
  mkdirSync(results, { recursive: true });
  const models = corpusModels(corpus).filter(({ name }) => parts.length === 0 || parts.some((part) => name.includes(part)));
  const count = models.reduce((sum, { signatures }) => sum + Object.keys(signatures).length, 0);
  const judge = Judge.start(false);
  const lines = ['# SavedModels of the corpus', '', `${count} signatures of ${models.length} models that TensorFlow runs, all signatures of a model converted at once.`, ''];
  for (const form of Object.keys(FORMS) as (keyof typeof FORMS)[]) {
    const problems: string[] = [];
    for (const [index, model] of models.entries()) {
      process.stderr.write(`\r${form} ${index + 1} of ${models.length}`);
      for (const [signature, problem] of await savedModelProblems(model, form, path.join(results, 'corpus.savedmodel'), judge)) {
        if (problem !== undefined) problems.push(`- ${model.name}, ${signature}: ${problem.replace(/\s+/g, ' ').slice(0, 400)}`);
      }
    }
    lines.push(`## ${form}: ${count - problems.length} the same within ${FORMS[form].tolerance}`, '', ...problems, '');
  }
  judge.close();
  process.stderr.write('\n');
  const text = lines.join('\n');
  writeFileSync(path.join(results, 'saved-models.md'), text);
  process.stdout.write(text);
}
