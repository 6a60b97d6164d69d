import { expect, it } from 'vitest';
import { ended, HOUR, NOON, scanning, TICK } from '../../../support/observations.ts';
import { settlingOf, tsOf } from '../../../support/store.ts';
import { suite } from '../fixture.ts';
import { sendUpdate } from '../outbox/settlements.ts';

const LEFT = ['completion pending 12', 'final given-up 12', 'live sent 0'];
const NINE = { snapshot: { images: { scanned: 9 } } };

export const givenUpSuite = suite('a delivery that is given up', (store) => {
  it('stays visible and is never sent again', async () => {
    const id = await store.watching();
    await store.settleFailed(await store.settling(id), 'restricted_action');
    const givenUp = { state: 'given-up', error: 'restricted_action', settledAt: NOON };
    expect(await store.outbox(id)).toMatchObject([givenUp]);
    expect(await store.leaseAll({ now: NOON + HOUR })).toEqual([]);
  });

  it('does not take the later updates of its message with it', async () => {
    const { id, delivery } = await sendUpdate(store);
    await store.settleSimplified(settlingOf(delivery), { form: 'text', error: 'invalid_blocks' });
    await store.settleFailed(await store.settling(id), 'msg_too_long');
    expect(await store.outboxLines(id)).toEqual(['live sent 0', 'update given-up 7']);
    await store.readNow(scanning(9, 12), { now: NOON + TICK });
    const update = { kind: 'update', isPlain: false, attempts: 1, content: NINE };
    expect(await store.leaseAll({ now: NOON + TICK })).toMatchObject([update]);
  });

  it('does not take a newer snapshot with it that came meanwhile', async () => {
    const { delivery } = await sendUpdate(store);
    await store.readNow(scanning(9, 12));
    await store.settleFailed(settlingOf(delivery), 'msg_too_long');
    expect(await store.leaseAll()).toMatchObject([{ kind: 'update', content: NINE }]);
  });

  it('for want of its window of edits leaves an end below the message that is there', async () => {
    const id = await store.endingLive();
    await store.settleEditWindowClosed(await store.settling(id, { kinds: ['final'] }), 'edit_window_closed');
    expect(await store.rowOf('messages', id)).toMatchObject({ ts: tsOf(id), is_gone: 1 });
    expect(await store.outboxLines(id)).toEqual(LEFT);
  });

  it('for want of its message leaves the completion, and nothing that edits', async () => {
    const { id, delivery } = await sendUpdate(store);
    await store.settleMessageNotFound(settlingOf(delivery), 'message_not_found');
    expect(await store.rowOf('messages', id)).toMatchObject({ ts: null, is_gone: 1, state: 'active' });
    await store.readNow(scanning(9, 12), { now: NOON + TICK });
    expect(await store.leaseAll({ now: NOON + HOUR })).toEqual([]);
    await store.readNow(ended(12, 12), { now: NOON + 2 * TICK });
    expect(await store.outboxLines(id)).toEqual(['completion pending 12', 'live sent 0']);
    const [completion] = await store.leaseAll({ now: NOON + HOUR, kinds: ['completion', 'live'] });
    expect(completion).toMatchObject({ kind: 'completion', messageTs: null });
  });

  it('for want of a thread leaves the final state that was shown', async () => {
    const id = await store.endingLive();
    await store.settleEdited(await store.settling(id, { kinds: ['final'] }));
    const completion = await store.settling(id, { kinds: ['completion'] });
    await store.settleMessageNotFound(completion, 'thread_not_found');
    expect(await store.outboxLines(id)).toContain('final sent 12');
  });

  it('for want of its message gives up the final state that waits', async () => {
    const { id, delivery } = await sendUpdate(store);
    await store.readNow(ended(12, 12));
    await store.settleMessageNotFound(settlingOf(delivery), 'message_not_found');
    expect(await store.outboxLines(id)).toEqual(LEFT);
  });

  it('for want of its message is no completion, which goes to the channel', async () => {
    const id = await store.endingLive();
    const completion = await store.settling(id, { kinds: ['completion'] });
    await store.settleMessageNotFound(completion, 'thread_not_found');
    expect(await store.outboxLines(id)).toEqual(LEFT);
    expect(await store.leaseAll()).toMatchObject([{ kind: 'completion', messageTs: null, thread: '' }]);
  });

  it('for want of its message is no word of who stopped it either', async () => {
    const id = await store.watchingLive();
    await store.watching({ userId: 'U2' });
    await store.stopping(id, { stoppedBy: 'U1', stopped: 'watch' });
    const word = await store.settling(id, { kinds: ['stopped-by'] });
    await store.settleMessageNotFound(word, 'thread_not_found');
    expect(await store.outboxLines(id)).toContain('stopped-by pending 0');
  });

  it('for want of its message is visible where it is the final state itself', async () => {
    const id = await store.endingLive();
    await store.settleMessageNotFound(await store.settling(id, { kinds: ['final'] }), 'message_not_found');
    const givenUp = { state: 'given-up', error: 'message_not_found' };
    expect(await store.outbox(id, 'final')).toMatchObject([givenUp]);
  });
});
