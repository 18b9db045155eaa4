/**
 * Records of changes, as Windows writes them.
 *
 * @module
 */

const HEADER = 12;

/**
 * Encodes FILE_NOTIFY_INFORMATION records.
 *
 * @param changes The action and the name of each.
 * @returns The bytes; the last record has no padding.
 */
export function changeRecords(
  ...changes: [action: number, name: string][]
): Uint8Array<ArrayBuffer> {
  const sizes = changes.map(([, name]) => HEADER + name.length * 2);
  const starts = sizes.map((_, i) =>
    sizes.slice(0, i).reduce((sum, size) => sum + Math.ceil(size / 4) * 4, 0)
  );
  const bytes = new Uint8Array((starts.at(-1) ?? 0) + (sizes.at(-1) ?? 0));
  const view = new DataView(bytes.buffer);
  changes.forEach(([action, name], i) => {
    const at = starts[i]!;
    const next = starts[i + 1];
    view.setUint32(at, next === undefined ? 0 : next - at, true);
    view.setUint32(at + 4, action, true);
    view.setUint32(at + 8, name.length * 2, true);
    for (let j = 0; j < name.length; j++) {
      view.setUint16(at + HEADER + j * 2, name.charCodeAt(j), true);
    }
  });
  return bytes;
}
