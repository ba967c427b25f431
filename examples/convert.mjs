// Converts the sample model to FP32 + BF16 + INT8 and says what happened: node examples/convert.mjs [OUTPUT.pb]
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultConfig, Quantization } from 'mixed-precision';

const directory = fileURLToPath(new URL('../media/samples', import.meta.url));
const output = process.argv[2] ?? join(tmpdir(), 'digits_cnn_mixed.pb');

const config = defaultConfig();
config.use_bf16 = true;
config.op_type_dict.DepthwiseConv2dNative = 'bf16';
config.calibration.data = 'digits_calibration.npz';

const quantization = new Quantization(config, { directory });
try {
  await quantization.load('digits_cnn.pb');
  const snapshots = await quantization.run();
  console.table(snapshots.map(({ phase, precision, casts, changes }) => ({ phase, ...precision, casts, changes })));

  const changes = await quantization.changes('bf16');
  console.log(`The phase bf16 made ${changes.length} changes, such as ${changes[0].rule}: ${changes[0].reason}`);

  config.op_type_dict.Conv2D = 'bf16';
  const { precision, casts } = await quantization.preview(config);
  console.log(`With Conv2D in BF16 it would be ${precision.bf16} BF16 and ${precision.int8} INT8 ops, and ${casts.remaining} Casts`);

  await quantization.save(output, { overwrite: true });
  console.log(`Written to ${output}`);
} finally {
  await quantization.close();
}
