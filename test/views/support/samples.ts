/** Scans as they occur, and a way to read a message as a person would: its lines and [buttons]. */

import type { KnownBlock } from '@slack/types';
import { parseReference } from '../../../src/image/reference.ts';
import type { ImageReport } from '../../../src/scan/results/report.ts';
import type { RegistryProgress, Snapshot, StepProgress } from '../../../src/scan/snapshot.ts';
import { REGULAR_SCAN, type Target } from '../../../src/scan/target.ts';
import { NEW_TARGET } from '../../../src/scan/state/target-state.ts';

export const NOW = Date.UTC(2026, 0, 2, 14, 3, 22);
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const CONSOLE_URL = 'https://console.example:8083/#!/monitor';

export function image(text: string): Target {
  const parsed = parseReference(text);
  if (parsed.kind === 'invalid') throw new Error(`no reference: ${text}`);
  return { kind: 'image', reference: parsed.reference };
}

export const ALPINE = image('alpine:3.16');
export const REGULAR = REGULAR_SCAN;

export function step(scanned: number, total: number, words: Partial<StepProgress> = {}): StepProgress {
  return { scanned, total, title: '', error: '', ...words };
}

export function registry(
  host: string,
  [discovery, images]: readonly [StepProgress, StepProgress],
): RegistryProgress {
  return { host, discovery, images, isOngoing: true, startedAt: null };
}

export const NOT_RUNNING: Snapshot = { ...NEW_TARGET.snapshot, answeredAt: NOW };
export const WAITING: Snapshot = { ...NOT_RUNNING, state: 'waiting' };

export const SCANNING: Snapshot = {
  ...NOT_RUNNING,
  state: 'scanning',
  scan: 1,
  startedAt: NOW - 12 * MINUTE,
  isStartKnown: true,
  movedAt: NOW,
  discovery: step(1, 1),
  images: step(7, 12),
  registries: [registry('', [step(1, 1), step(7, 12)])],
};

export const COMPLETED: Snapshot = {
  ...SCANNING,
  state: 'completed',
  images: step(12, 12),
  endedAt: NOW,
  evidence: 'reported',
};

export const SEVERAL: Snapshot = {
  ...SCANNING,
  state: 'discovering',
  startedAt: NOW - 72 * MINUTE,
  isStartKnown: true,
  discovery: step(9, 19),
  images: step(43, 49),
  registries: [
    registry('us-west2-docker.pkg.dev', [step(2, 4), step(3, 9)]),
    { ...registry('ghcr.io', [step(6, 6), step(40, 40)]), isOngoing: false },
    registry('registry.example.com:5000', [
      step(1, 9, { error: 'No available Defender was found' }),
      step(0, 0),
    ]),
  ],
};

const NONE = { critical: 0, high: 4, medium: 0, low: 0, compliance: 0 };
export const FOUND: ImageReport = {
  kind: 'image',
  findings: { ...NONE, critical: 1 },
  before: NONE,
  error: '',
};

/** The message without its notification, line by line. */
export function draw({ blocks }: { blocks: readonly KnownBlock[] }): string {
  return blocks.map(drawBlock).join('\n');
}

function drawBlock(block: KnownBlock): string {
  if (block.type === 'header') return `# ${block.text.text}`;
  if (block.type === 'context') return block.elements.map((element) => `~ ${textOf(element)}`).join('\n');
  if (block.type === 'actions') return block.elements.map((element) => `[${textOf(element)}]`).join(' ');
  if (block.type === 'table')
    return block.rows.map((cells) => `| ${cells.map(textOf).join(' | ')}`).join('\n');
  if (block.type !== 'section') return `(${block.type})`;
  const button = block.accessory === undefined ? '' : `\n[${textOf(block.accessory)}]`;
  return `${block.text?.text ?? ''}${button}`;
}

/** Of a text object, or of a button that holds one. */
function textOf(element: object): string {
  const text: unknown = 'text' in element ? element.text : '';
  if (typeof text === 'string') return text;
  return typeof text === 'object' && text !== null ? textOf(text) : '';
}
