import { expect, it } from 'vitest';
import { ended, HOUR, NOON, scanning, TICK } from '../../../support/observations.ts';
import { settlingOf, tsOf } from '../../../support/store.ts';
import { suite } from '../fixture.ts';
import { sendUpdate } from '../outbox/settlements.ts';

export const givenUpSuite = suite('a delivery that is given up', (store) => {
  it('stays visible and is never sent again', async () => {
    const id = await store.watching();
    const delivery = await store.leaseOf(id);
    await store.settleFailed(settlingOf(delivery), 'restricted_action');
    expect(await store.outbox(id)).toMatchObject([
      { state: 'given-up', error: 'restricted_action', settledAt: NOON },
    ]);
    expect(await store.leaseAll({ now: NOON + HOUR })).toEqual([]);
  });

  it('does not take the later updates of its message with it', async () => {
    const { id, delivery } = await sendUpdate(store);
    await store.settleSimplified(settlingOf(delivery), { form: 'text', error: 'invalid_blocks' });
    const plain = await store.leaseOf(id);
    await store.settleFailed(settlingOf(plain), 'msg_too_long');
    expect(await store.outboxLines(id)).toEqual(['live sent 0', 'update given-up 7']);
    await store.readNow(scanning(9, 12), { now: NOON + TICK });
    expect(await store.leaseAll({ now: NOON + TICK })).toMatchObject([
      { kind: 'update', isPlain: false, attempts: 1, content: { snapshot: { images: { scanned: 9 } } } },
    ]);
  });

  it('does not take a newer snapshot with it that came meanwhile', async () => {
    const { delivery } = await sendUpdate(store);
    await store.readNow(scanning(9, 12));
    await store.settleFailed(settlingOf(delivery), 'msg_too_long');
    expect(await store.leaseAll()).toMatchObject([
      { kind: 'update', content: { snapshot: { images: { scanned: 9 } } } },
    ]);
  });

  it('for want of its window of edits leaves an end below the message that is there', async () => {
    const id = await store.watchingLive();
    await store.readNow(ended(12, 12));
    const delivery = await store.leaseOf(id, { kinds: ['final'] });
    await store.settleEditWindowClosed(settlingOf(delivery), 'edit_window_closed');
    const { ts, is_gone } = await store.rowOf('messages', id);
    expect([ts, Number(is_gone)]).toEqual([tsOf(id), 1]);
    expect(await store.outboxLines(id)).toEqual([
      'completion pending 12',
      'final given-up 12',
      'live sent 0',
    ]);
  });

  it('for want of its message leaves the completion, and nothing that edits', async () => {
    const { id, delivery } = await sendUpdate(store);
    await store.settleMessageNotFound(settlingOf(delivery), 'message_not_found');
    const watch = await store.rowOf('messages', id);
    expect([watch['ts'], Number(watch['is_gone']), watch['state']]).toEqual([null, 1, 'active']);
    await store.readNow(scanning(9, 12), { now: NOON + TICK });
    expect(await store.leaseAll({ now: NOON + HOUR })).toEqual([]);
    await store.readNow(ended(12, 12), { now: NOON + 2 * TICK });
    expect(await store.outboxLines(id)).toEqual(['completion pending 12', 'live sent 0']);
    const [completion] = await store.leaseAll({
      now: NOON + HOUR,
      kinds: ['completion', 'live'],
    });
    expect(completion).toMatchObject({ kind: 'completion', messageTs: null });
  });

  it('for want of a thread leaves the final state that was shown', async () => {
    const id = await store.watchingLive();
    await store.readNow(ended(12, 12));
    await store.settleEdited(settlingOf(await store.leaseOf(id, { kinds: ['final'] })));
    const completion = await store.leaseOf(id, { kinds: ['completion'] });
    await store.settleMessageNotFound(settlingOf(completion), 'thread_not_found');
    expect(await store.outboxLines(id)).toContain('final sent 12');
  });

  it('for want of its message gives up the final state that waits', async () => {
    const { id, delivery } = await sendUpdate(store);
    await store.readNow(ended(12, 12));
    await store.settleMessageNotFound(settlingOf(delivery), 'message_not_found');
    expect(await store.outboxLines(id)).toEqual([
      'completion pending 12',
      'final given-up 12',
      'live sent 0',
    ]);
  });

  it('for want of its message is no completion, which goes to the channel', async () => {
    const id = await store.watchingLive();
    await store.readNow(ended(12, 12));
    const delivery = await store.leaseOf(id, { kinds: ['completion'] });
    await store.settleMessageNotFound(settlingOf(delivery), 'thread_not_found');
    expect(await store.outboxLines(id)).toEqual([
      'completion pending 12',
      'final given-up 12',
      'live sent 0',
    ]);
    expect(await store.leaseAll()).toMatchObject([{ kind: 'completion', messageTs: null }]);
  });

  it('for want of its message is visible where it is the final state itself', async () => {
    const id = await store.watchingLive();
    await store.readNow(ended(12, 12));
    const delivery = await store.leaseOf(id, { kinds: ['final'] });
    await store.settleMessageNotFound(settlingOf(delivery), 'message_not_found');
    const final = (await store.outbox(id)).find(({ kind }) => kind === 'final');
    expect(final).toMatchObject({ state: 'given-up', error: 'message_not_found' });
  });
});
