import { expect, it } from 'vitest';
import { configFileText, importNeuralCompressor } from '../../../../src/engine/config/neuralCompressor/importConfig';

const YAML = `
model:
  name: resnet50
  framework: tensorflow
quantization:
  use_bf16: True
  calibration:
    sampling_size: 50, 100
  optype_wise:
    conv2d: { activation: { dtype: [uint8] } }
  op_wise:
    head/.*: { activation: { dtype: ['fp32'] }, weight: { dtype: ['int8'] } }
`;

it('carries over what a YAML file says', () => {
  const imported = importNeuralCompressor(YAML, 'conf.yaml');
  expect(JSON.parse(configFileText(imported))).toEqual({
    use_bf16: true,
    calibration: { sampling_size: 50 },
    op_type_dict: { Conv2D: 'int8', DepthwiseConv2dNative: 'int8' },
    op_name_dict: { 'head/.*': 'fp32' },
  });
  expect(imported.notes).toEqual([{ path: 'quantization.calibration.sampling_size', message: 'One number of samples is run here: the first of "50, 100".' }]);
});
