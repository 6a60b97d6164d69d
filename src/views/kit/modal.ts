/** Builders for modals and their fields, within Slack's limits. Labels are our own plain text, never truncated. */

import type { InputBlock, KnownBlock, ModalView, PlainTextElement } from '@slack/types';
import { cutEnd, BLOCK_KIT_LIMITS } from './limits.ts';

interface ModalInput {
  readonly callbackId: string;
  readonly title: string;
  /** null without a submit button. */
  readonly submit: string | null;
  /** Slack IDs only; returned with the submission. Throws a RangeError if too long, because it cannot be truncated. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly blocks: readonly (KnownBlock | null)[];
}

export function modal({ callbackId, title, submit, metadata, blocks }: ModalInput): ModalView {
  const privateMetadata = JSON.stringify(metadata);
  if (privateMetadata.length > BLOCK_KIT_LIMITS.privateMetadata) {
    throw new RangeError(
      `A dialog carries ${privateMetadata.length} characters of metadata, which is too much`,
    );
  }
  return {
    type: 'modal',
    callback_id: callbackId,
    private_metadata: privateMetadata,
    title: plain(cutEnd(title, BLOCK_KIT_LIMITS.viewTitle)),
    ...(submit !== null && { submit: plain(cutEnd(submit, BLOCK_KIT_LIMITS.viewButton)) }),
    close: plain('Cancel'),
    blocks: viewBlocks(blocks),
  };
}

/** For a Home or a modal. */
export function viewBlocks(blocks: readonly (KnownBlock | null)[]): KnownBlock[] {
  return blocks.filter((block) => block !== null).slice(0, BLOCK_KIT_LIMITS.viewBlocks);
}

interface FieldInput {
  /** Block ID: key of the submitted value and of an error. */
  readonly id: string;
  readonly label: string;
}

/** `choices`: value → text, in this order. */
export function choiceField(
  { id, label }: FieldInput,
  choices: Readonly<Record<string, string>>,
  chosen: string,
): InputBlock {
  const options = Object.entries(choices).map(([value, text]) => ({ text: plain(text), value }));
  // Slack requires that it equals one of the options exactly.
  const initial = options.find(({ value }) => value === chosen);
  return {
    ...field(id, label),
    element: {
      type: 'radio_buttons',
      action_id: id,
      options,
      ...(initial !== undefined && { initial_option: initial }),
    },
  };
}

/** `time`: `HH:mm`. */
export function timeField({ id, label }: FieldInput, time: string): InputBlock {
  return {
    ...field(id, label),
    optional: true,
    element: { type: 'timepicker', action_id: id, initial_time: time },
  };
}

export function textField(
  { id, label, hint }: FieldInput & { readonly hint: string },
  {
    text,
    max,
    isOptional = true,
  }: { readonly text: string; readonly max: number; readonly isOptional?: boolean },
): InputBlock {
  return {
    ...field(id, label),
    optional: isOptional,
    hint: plain(hint),
    element: {
      type: 'plain_text_input',
      action_id: id,
      max_length: max,
      ...(text !== '' && text.length <= max && { initial_value: text }),
    },
  };
}

/** A channel that the person can see; direct messages have their own commands. */
export function conversationField({ id, label }: FieldInput): InputBlock {
  return {
    ...field(id, label),
    element: {
      type: 'conversations_select',
      action_id: id,
      filter: { include: ['public', 'private'], exclude_bot_users: true },
    },
  };
}

function field(id: string, label: string): { type: 'input'; block_id: string; label: PlainTextElement } {
  return { type: 'input', block_id: id, label: plain(label) };
}

function plain(text: string): PlainTextElement {
  return { type: 'plain_text', text, emoji: false };
}

/** The chosen value of a field; `''` for none. `values`: `view.state.values` of a submission. */
export function choiceIn(values: unknown, id: string): string {
  const option = propertyOf(elementIn(values, id), 'selected_option');
  return toText(propertyOf(option, 'value'));
}

/** `HH:mm`, or `''`. */
export function timeIn(values: unknown, id: string): string {
  return toText(propertyOf(elementIn(values, id), 'selected_time'));
}

export function textIn(values: unknown, id: string): string {
  return toText(propertyOf(elementIn(values, id), 'value'));
}

/** Channel ID, or `''`. */
export function conversationIn(values: unknown, id: string): string {
  return toText(propertyOf(elementIn(values, id), 'selected_conversation'));
}

/** The sentence without mrkdwn markup: a modal shows errors as plain text. */
export function plainWords(sentence: string): string {
  return sentence.replaceAll('`', '').replaceAll('*', '');
}

/** By block ID, then action ID: both are equal here. */
function elementIn(values: unknown, id: string): unknown {
  return propertyOf(propertyOf(values, id), id);
}

function propertyOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
