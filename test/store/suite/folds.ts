import { describe, expect, it } from 'vitest';
import type { DeliveryContent } from '../../../src/scan/delivery.ts';
import { fingerprint } from '../../../src/scan/fingerprint.ts';
import type { Target } from '../../../src/scan/target.ts';
import { looseImages, startBoard } from '../../../src/store/boards.ts';
import { subscribe } from '../../../src/store/subscriptions.ts';
import { startWatch } from '../../../src/store/watches.ts';
import { ended, NOON, scanning, SECOND } from '../../support/observations.ts';
import {
  CHANNEL,
  imageNamed,
  leaseAll,
  outboxLines,
  readNow,
  saying,
  watching,
} from '../../support/store.ts';
import { type OpenDatabase, useMigrated } from './fixture.ts';

const A = imageNamed('a');
const B = imageNamed('b');
const C = imageNamed('c');

export function foldsSuite(openDatabase: OpenDatabase): void {
  describe('a board that nobody new asks for', () => {
    const opened = useMigrated(openDatabase);

    const fold = (targets: readonly Target[]) => {
      const images = targets.map((target) => ({ target, content: saying(0) }));
      return startBoard(opened.database, { place: CHANNEL, userId: null, images, now: NOON, liveDelayMs: 0 });
    };

    it('can be made of what is watched there by itself, the oldest first', async () => {
      await startWatch(opened.database, {
        target: B,
        place: CHANNEL,
        userId: 'U1',
        now: NOON - SECOND,
        content: saying(0),
        liveDelayMs: 0,
      });
      await watching(opened.database, { target: A });
      await watching(opened.database, { target: C, thread: '17.1' });
      await watching(opened.database, { target: { kind: 'regular' } });
      expect(await looseImages(opened.database, CHANNEL)).toEqual([B, A]);
      await fold([B, A]);
      expect(await looseImages(opened.database, CHANNEL)).toEqual([]);
      const [board] = await leaseAll(opened.database, { kinds: ['live'] });
      expect(board?.followers).toEqual(['U1']);
    });

    it('knows of each line what it says, whatever the message of its own said last', async () => {
      for (const target of [A, B]) {
        await watching(opened.database, { target });
        await readNow(opened.database, scanning(3, 12), { target });
      }
      await fold([A, B]);
      const rows = await opened.database.query('select queued, line from watches where line is not null', []);
      expect(rows).toHaveLength(2);
      for (const { queued, line } of rows) {
        expect(queued).toBe(fingerprint((JSON.parse(String(line)) as DeliveryContent).snapshot));
      }
    });

    it('leaves out what has ended since, and waits for no next scan of it', async () => {
      for (const target of [A, B, C]) await watching(opened.database, { target });
      await readNow(opened.database, ended(12, 12), { target: A });
      expect((await fold([A, B, C])).shown).toEqual([B, C]);
    });

    it('leaves out what waits in silence for a subscription', async () => {
      for (const target of [A, B, C]) await watching(opened.database, { target });
      await readNow(opened.database, ended(12, 12), { target: A });
      await subscribe(opened.database, { target: A, channel: 'C1', userId: 'U1', now: NOON });
      expect((await fold([A, B, C])).shown).toEqual([B, C]);
    });

    it('is none where fewer than two are left', async () => {
      for (const target of [A, B]) await watching(opened.database, { target });
      await readNow(opened.database, ended(12, 12), { target: A });
      expect(await fold([A, B])).toMatchObject({ boardId: null, shown: [] });
      expect((await outboxLines(opened.database)).filter((line) => line.startsWith('final'))).toHaveLength(1);
    });
  });
}
