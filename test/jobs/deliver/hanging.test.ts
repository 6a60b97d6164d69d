import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ended, scanning, SECOND } from '../../support/observations.ts';
import { imageNamed } from '../../support/store.ts';
import type { Answer } from './fake-channel.ts';
import { callsOf, readMany, watchMany, world } from '../world.ts';
import { pass, settle, start, useRunningLoop, wake } from './running-loop.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
useRunningLoop();

describe('a call that hangs', () => {
  it('holds up no other message, and no end', async () => {
    const ids = await watchMany(20);
    world.slack.answer = ({ kind }) => (kind === 'update' ? 'never' : null);
    await readMany(scanning(7, 12), 18);
    await start();
    for (let second = 0; second < 9; second += 1) await pass(SECOND);
    expect(world.slack.callsAs('update')).toHaveLength(6);
    await world.read(ended(12, 12), imageNamed('image-18'));
    await world.read(ended(12, 12), imageNamed('image-19'));
    await wake();
    for (const id of ids.slice(-2)) expect(callsOf(id)).toEqual(['live 0', 'completion 12', 'final 12']);
  });

  it('is one of eight final states at most', async () => {
    await watchMany(10);
    world.slack.answer = ({ kind }) => (kind === 'final' ? 'never' : null);
    await readMany(ended(12, 12), 10);
    await start();
    for (let second = 0; second < 30; second += 1) await pass(SECOND);
    expect(world.slack.callsAs('final')).toHaveLength(8);
  });

  it('leaves permits to ends: a final state takes the place of an update', async () => {
    const ids = await watchMany(7);
    world.slack.answer = ({ kind }) => (kind === 'update' ? 'never' : null);
    await readMany(scanning(7, 12), 5);
    await start();
    for (let second = 0; second < 12; second += 1) await pass(SECOND);
    await world.read(scanning(7, 12), imageNamed('image-5'));
    await world.read(ended(12, 12), imageNamed('image-6'));
    world.slack.answer = ({ kind }) => (kind === 'completion' ? null : 'never');
    await wake();
    expect(ids.slice(-2).map((id) => callsOf(id))).toEqual([
      ['live 0'],
      ['live 0', 'completion 12', 'final 12'],
    ]);
  });

  it('to the history is one of four at most', async () => {
    for (let index = 0; index < 6; index += 1) await world.watch({ channel: `C${index}` });
    world.slack.answer = () => ({ kind: 'unknown', detail: 'timeout' });
    while ((await world.deliver()) > 0);
    world.slack.find = () => new Promise(() => undefined);
    world.pass(2 * SECOND);
    await start();
    expect(world.slack.lookups).toHaveLength(4);
  });

  it('to the history holds up no post', async () => {
    await world.watch({ channel: 'C1' });
    world.slack.answer = () => ({ kind: 'unknown', detail: 'timeout' });
    await world.deliver();
    world.slack.answer = () => null;
    world.slack.find = () => new Promise(() => undefined);
    world.pass(2 * SECOND);
    await start();
    expect(world.slack.lookups).toHaveLength(1);
    const id = await world.watch({ channel: 'C2' });
    await wake();
    expect(callsOf(id)).toEqual(['live 0']);
  });

  it('is one of eight posts at most', async () => {
    for (let index = 0; index < 20; index += 1) await world.watch({ channel: `C${index}` });
    const answers: PromiseWithResolvers<Answer | null>[] = [];
    world.slack.answer = () => {
      answers.push(Promise.withResolvers());
      return answers.at(-1)!.promise;
    };
    await start();
    await pass(5 * SECOND);
    expect(world.slack.calls).toHaveLength(8);
    answers[0]?.resolve(null);
    await settle();
    expect(world.slack.calls).toHaveLength(9);
  });
});
