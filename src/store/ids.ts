/**
 * Ids of rows: short, because indexes repeat them. Those of `newId` begin with the time, because rows that are inserted
 * together then share pages. The order of ids says nothing: it only has to be the same in each query.
 */

import { randomUUID } from 'node:crypto';
import { v5 as uuidV5 } from 'uuid';

/** 42 bits: the ms until 2109. */
const TIME_DIGITS = 7;
/** 42 random bits: they tell ids of the same millisecond apart. */
const RANDOM_DIGITS = 7;
/** In the order of their codes. */
const DIGITS = '-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz';

export function newId(now: number): string {
  return `${timeDigits(now)}${digits(randomUUID()).slice(0, RANDOM_DIGITS)}`;
}

/** The same each time, for what is inserted once although several try to. */
export function idFrom(name: string, namespace: string): string {
  return digits(uuidV5(name, namespace)).slice(0, TIME_DIGITS + RANDOM_DIGITS);
}

function timeDigits(now: number): string {
  let [rest, text] = [now, ''];
  for (let digit = 0; digit < TIME_DIGITS; digit += 1) {
    text = `${DIGITS[rest % DIGITS.length] ?? ''}${text}`;
    rest = Math.floor(rest / DIGITS.length);
  }
  return text;
}

function digits(uuid: string): string {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex').toString('base64url');
}
