/**
 * Confirmation before the registry scan is started or stopped: it says what the click does, because it cannot be
 * undone.
 */

import type { ModalView } from '@slack/types';
import { CALLBACK_IDS } from '../parts/buttons.ts';
import { section } from '../kit/blocks.ts';
import { modal } from '../kit/modal.ts';

interface ConfirmInput {
  /** Where it was requested, and where the reply goes. `thread` is `''` for the channel itself. */
  readonly channel: string;
  readonly thread: string;
  /** Whether a registry scan is ongoing; null if unknown. */
  readonly isOngoing: boolean | null;
}

export function confirmModal(
  kind: 'start' | 'stop',
  { channel, thread, isOngoing }: ConfirmInput,
): ModalView {
  const isStart = kind === 'start';
  return modal({
    callbackId: isStart ? CALLBACK_IDS.startRegular : CALLBACK_IDS.stopRegular,
    title: isStart ? 'Start registry scan?' : 'Stop registry scan?',
    submit: isStart ? 'Start scan' : 'Stop scan',
    metadata: { channel, thread },
    blocks: isStart
      ? [section([START]), section([startWarning(isOngoing)])]
      : [section([STOP]), section([stopWarning(isOngoing)])],
  });
}

/** Shown immediately, while the Console is being polled. Without a submit button. */
export function pollingModal(): ModalView {
  return modal({
    // Never submitted, so no listener has this ID.
    callbackId: 'asking',
    title: 'Registry scan',
    submit: null,
    metadata: {},
    blocks: [section(['⏳ Asking the Console whether a registry scan is running…'])],
  });
}

const START =
  'This scans all registries that are configured in the Console. It may take hours and keeps Defenders and registries busy.';
const STOP =
  'This stops the registry scan for everybody. Images that it has not scanned yet keep their last results until a new scan.';
const UNKNOWN = '❔ The Console did not say in time whether a registry scan is running.';

function startWarning(isOngoing: boolean | null): string | null {
  if (isOngoing === null) return `${UNKNOWN} It runs one at a time and may refuse.`;
  return isOngoing
    ? '⚠️ A registry scan is running already, and the Console runs one at a time. Stop it first, or wait. While it runs, *Start scan* only watches it here.'
    : null;
}

function stopWarning(isOngoing: boolean | null): string | null {
  if (isOngoing === null) return UNKNOWN;
  // The button stays: a scan that waits in the Console's queue is not reported, and may be stopped.
  return isOngoing
    ? null
    : '⚪ The Console reports no registry scan, so there may be nothing to stop. It reports one that was just started only after a moment.';
}
