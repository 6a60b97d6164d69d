/** Validates a message or a view with `blocks.validate`, which needs no scope and posts nothing. */

import type { HomeView, ModalView } from '@slack/types';
import { WebAPIPlatformError, type WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { Message } from '../../views/kit/blocks.ts';
import type { Rejection } from '../../scan/delivery.ts';
import { toReceipt } from './receipt.ts';

export type Validation =
  | { readonly kind: 'valid' }
  /** Where and what, in Slack's words. From outside. */
  | { readonly kind: 'invalid'; readonly errors: readonly string[] }
  | Rejection;

const MAX_ERRORS = 5;

/** Never rejects. */
export async function validateContent(
  client: WebClient,
  content: Message | ModalView | HomeView,
): Promise<Validation> {
  const json = JSON.stringify(content);
  try {
    await client.apiCall('blocks.validate', 'type' in content ? { view: json } : { message: json });
    return { kind: 'valid' };
  } catch (error) {
    const refused = error instanceof WebAPIPlatformError ? refusal.safeParse(error.data) : null;
    return refused?.success === true
      ? { kind: 'invalid', errors: refused.data.errors.slice(0, MAX_ERRORS) }
      : toReceipt(error);
  }
}

const issue = z
  .object({ message: z.string().catch('refused'), pointer: z.string().catch('') })
  .transform(({ message, pointer }) => (pointer === '' ? message : `${pointer}: ${message}`));

const refusal = z.object({
  error: z.enum(['invalid_blocks', 'invalid_view', 'invalid_message']),
  errors: z.array(issue).catch([]),
});
