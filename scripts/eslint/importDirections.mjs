// An ESLint rule: imports point downwards only, as the table below says.
import { builtinModules } from 'node:module';
import { dirname, posix, relative, sep } from 'node:path';
import { root } from '../lib/paths.mjs';

const engine = ['src/engine', 'src/engine/graph', 'src/engine/data', 'src/engine/capabilities', 'src/engine/config', 'src/engine/calibration',
  'src/engine/phases', 'src/engine/tuning', 'src/engine/runtime', 'src/engine/report', 'src/engine/formats'];
const engineRooms = (...names) => ['src/engine', ...names.map((name) => `src/engine/${name}`)];
const portable = ['fflate', 'jsonc-parser', 'long', 'protobufjs', 'yaml'];

/**
 * A file belongs to the longest room that holds it; it may import from its own room, the rooms and files in `rooms`, and the
 * packages in `packages` ('*': any but those in `not`). `src/engine` itself holds the contracts and the pipeline.
 */
export const directions = {
  'src/engine': { rooms: engine, packages: portable },
  'src/engine/graph': { rooms: engineRooms(), packages: portable },
  'src/engine/capabilities': { rooms: engineRooms('graph'), packages: portable },
  'src/engine/config': { rooms: [...engineRooms('graph', 'capabilities'), 'media'], packages: portable },
  'src/engine/runtime': { rooms: engineRooms('graph'), packages: portable },
  'src/engine/data': { rooms: engineRooms('graph', 'runtime'), packages: portable },
  'src/engine/calibration': { rooms: engineRooms('graph', 'data', 'config', 'runtime'), packages: portable },
  'src/engine/phases': { rooms: engineRooms('graph', 'config', 'capabilities', 'calibration'), packages: portable },
  'src/engine/tuning': { rooms: engineRooms('graph', 'data', 'config', 'capabilities', 'calibration', 'phases', 'runtime', 'report'), packages: portable },
  'src/engine/report': { rooms: [...engineRooms('graph', 'config', 'capabilities', 'calibration'), 'webview/tables.ts'], packages: portable },
  'src/engine/formats': { rooms: engineRooms('graph', 'data', 'capabilities'), packages: portable },
  'src/worker': { rooms: engine, packages: '*', not: ['vscode'] },
  'src/api': { rooms: ['src/worker', ...engine], packages: '*', not: ['vscode'] },
  'src/document': { rooms: ['src/worker', ...engine, 'webview/protocol.ts', 'webview/tables.ts'], packages: '*' },
  'src/views': { rooms: ['src/document', 'src/worker', ...engine, 'webview/protocol.ts', 'webview/page.ts', 'webview/tables.ts'], packages: '*' },
  'src/commands': { rooms: ['src/views', 'src/document', 'src/worker', ...engine, 'webview/protocol.ts', 'webview/tables.ts'], packages: '*' },
  webview: { rooms: [], packages: '*', not: ['vscode', ...builtinModules] },
};

/** The shape of messages and reports is shared, but only as types. */
const sharedTypes = 'webview/protocol.ts';

const rooms = Object.keys(directions).sort((a, b) => b.length - a.length);
const within = (path, room) => path === room || path.startsWith(`${room}/`);
const roomOf = (path) => rooms.find((room) => within(path, room));
const fromRoot = (path) => relative(root, path).split(sep).join('/');

/** Why a file of `room` may not import `name`, or undefined when it may. */
function objection(room, folder, name, typeOnly) {
  const { rooms: lower, packages, not = [] } = directions[room];
  if (!name.startsWith('.')) {
    const packageName = name.replace(/^node:/, '').split('/')[0];
    const allowed = packages === '*' ? !not.includes(packageName) : packages.includes(packageName) && !name.startsWith('node:');
    return allowed ? undefined : `${room} may not import the package '${name}'`;
  }
  const target = posix.join(folder, name);
  const file = /\.\w+$/.test(target) ? target : `${target}.ts`;
  if (typeOnly && file === sharedTypes) return undefined;
  const targetRoom = roomOf(file);
  const allowed = targetRoom === room || lower.some((entry) => (targetRoom === entry || file === entry || (!targetRoom && within(file, entry))));
  return allowed ? undefined : `${room} may not import ${targetRoom ?? file}: imports point downwards only`;
}

export default {
  meta: { type: 'problem', schema: [], messages: { direction: '{{objection}}.' } },
  create(context) {
    const file = fromRoot(context.filename);
    const room = roomOf(file);
    if (!room) return {};
    const check = (node) => {
      const source = node.source?.value;
      if (typeof source !== 'string') return;
      const found = objection(room, dirname(file), source, node.importKind === 'type' || node.exportKind === 'type');
      if (found) context.report({ node: node.source, messageId: 'direction', data: { objection: found } });
    };
    return { ImportDeclaration: check, ExportNamedDeclaration: check, ExportAllDeclaration: check, ImportExpression: check };
  },
};
