import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ackIfLate } from '../../../src/slack/incoming/acknowledge.ts';

const acknowledge = vi.fn(() => Promise.resolve());

beforeEach(() => {
  vi.useFakeTimers();
  acknowledge.mockClear();
});
afterEach(() => void vi.useRealTimers());

describe('what somebody asks for', () => {
  it('is acknowledged by whoever comes next, once it is committed', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const taking = ackIfLate(promise, acknowledge);
    await vi.advanceTimersByTimeAsync(700);
    resolve('committed');
    await expect(taking).resolves.toBe('committed');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(acknowledge).not.toHaveBeenCalled();
  });

  it('is acknowledged before Slack gives up, however long the database takes', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const taking = ackIfLate(promise, acknowledge);
    await vi.advanceTimersByTimeAsync(900);
    expect(acknowledge).toHaveBeenCalledOnce();
    resolve('committed late');
    await expect(taking).resolves.toBe('committed late');
    expect(acknowledge).toHaveBeenCalledOnce();
  });

  it('that fails says so', async () => {
    await expect(ackIfLate(Promise.reject(new Error('disk full')), acknowledge)).rejects.toThrow('disk full');
  });
});
