import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { inTime } from '../../../src/slack/incoming/acknowledge.ts';

const acknowledge = vi.fn(() => Promise.resolve());

beforeEach(() => {
  vi.useFakeTimers();
  acknowledge.mockClear();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('what somebody asks for', () => {
  it('is acknowledged once it is committed', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const taking = inTime(promise, acknowledge);
    await vi.advanceTimersByTimeAsync(700);
    expect(acknowledge).not.toHaveBeenCalled();
    resolve('committed');
    await expect(taking).resolves.toBe('committed');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(acknowledge).toHaveBeenCalledOnce();
  });

  it('is acknowledged before Slack gives up, however long the database takes', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const taking = inTime(promise, acknowledge);
    await vi.advanceTimersByTimeAsync(900);
    expect(acknowledge).toHaveBeenCalledOnce();
    resolve('committed late');
    await expect(taking).resolves.toBe('committed late');
    expect(acknowledge).toHaveBeenCalledOnce();
  });

  it('is acknowledged where it fails', async () => {
    await expect(inTime(Promise.reject(new Error('disk full')), acknowledge)).rejects.toThrow('disk full');
    expect(acknowledge).toHaveBeenCalledOnce();
  });
});
