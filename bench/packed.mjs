// Messages with typed arrays as bytes, so that a page can fetch what VS Code would post to it without going through text.

/** A header in JSON, its length first, then the arrays, each at a multiple of 8. */
export function pack(message) {
  const arrays = [];
  let size = 0;
  const json = JSON.stringify(message, (_, value) => {
    if (!ArrayBuffer.isView(value)) return value;
    const at = size;
    arrays.push(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    size += Math.ceil(value.byteLength / 8) * 8;
    return { arrayType: value.constructor.name, at, length: value.length };
  });
  const header = Buffer.from(json);
  const bytes = Buffer.alloc(4 + header.length + size);
  bytes.writeUInt32LE(header.length);
  header.copy(bytes, 4);
  let at = 4 + header.length;
  for (const array of arrays) {
    bytes.set(array, at);
    at += Math.ceil(array.byteLength / 8) * 8;
  }
  return bytes;
}

/** Runs in the page: fetches a packed message and keeps it ready; every array has a buffer of its own. */
export async function unpack(address) {
  const bytes = await (await fetch(address)).arrayBuffer();
  const start = 4 + new DataView(bytes).getUint32(0, true);
  const buffers = [];
  const revive = (_, value) => {
    if (value?.arrayType === undefined) return value;
    const type = globalThis[value.arrayType];
    const from = start + value.at;
    buffers.push(bytes.slice(from, from + value.length * type.BYTES_PER_ELEMENT));
    return new type(buffers.at(-1));
  };
  const message = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, start - 4)), revive);
  window.unpacked = { message, buffers };
}

/** Runs in the page: hands the message over as VS Code does, buffers moved instead of copied. */
export function postUnpacked() {
  const { message, buffers } = window.unpacked;
  delete window.unpacked;
  window.postMessage(message, '*', buffers);
}
