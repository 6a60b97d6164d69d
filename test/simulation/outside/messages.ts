/** What the rest of a run can see of Slack. */

import type { DelivererOptions } from '../../../src/jobs/deliver.ts';
import type { BoardLine } from '../../../src/scan/board.ts';
import type { DeliveryContent, DeliveryKind, Found, Receipt } from '../../../src/scan/delivery.ts';
import type { Gate } from './gate.ts';

export type LeasedDelivery = Parameters<DelivererOptions['send']>[0];

export interface Shown {
  readonly at: number;
  readonly kind: DeliveryKind;
  readonly content: DeliveryContent;
  readonly report: Extract<LeasedDelivery['subject'], { kind: 'scan' }>['report'];
  /** Of a board, each image as it was shown; else none. */
  readonly lines: readonly BoardLine[];
  /** It landed after its caller had stopped waiting for it. */
  readonly isLate: boolean;
}

export interface Message {
  readonly ts: string;
  readonly channel: string;
  readonly thread: string;
  readonly kind: DeliveryKind;
  /** Or of the board. */
  readonly messageId: string;
  /** Its target; null where it is about all of a board. */
  readonly about: string | null;
  readonly delivery: string;
  /** From then on the history shows it. */
  readonly visibleAt: number;
  readonly shown: Shown[];
  isDeleted: boolean;
  isClosed: boolean;
  /** The program knows it. */
  isKnown: boolean;
}

export interface SimulatedSlack {
  readonly messages: readonly Message[];
  send(gate: Gate, delivery: LeasedDelivery): Promise<Receipt>;
  find(gate: Gate, delivery: LeasedDelivery): Promise<Found>;
  /** Somebody deletes one of the live messages. */
  delete(which: number): void;
  archive(channel: string): void;
  unarchive(channel: string): void;
  isArchived(channel: string): boolean;
  /** At any time from then on, ms since the run began, and before `until`. */
  wasArchived(channel: string, from: number, until?: number): boolean;
}
