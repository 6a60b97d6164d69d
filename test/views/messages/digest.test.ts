import { expect, it } from 'vitest';
import { digestView } from '../../../src/views/messages/digest.ts';
import { ALPINE, draw, HOUR, image, NOW } from '../support/samples.ts';

const WEEK = { from: NOW - 7 * 24 * HOUR, until: NOW, worst: [], neverScanned: [] };

it('a weekly digest reads like this', () => {
  const digests = [
    digestView({ ...WEEK, ended: 1, failed: 0, stopped: 0, stalled: 0 }, null),
    digestView(
      {
        ...WEEK,
        ...{ ended: 1_042, failed: 2, stopped: 1, stalled: 1 },
        worst: [{ target: ALPINE, newCritical: 3 }],
        neverScanned: Array.from({ length: 12 }, (_, number) => image(`app-${number}:1`)),
      },
      { weekday: 'monday', minute: 545, timeZone: 'Europe/Berlin' },
    ),
  ];
  expect(digests.map(draw).join('\n---\n')).toMatchInlineSnapshot(`
    "# 🗓️ Weekly digest
    *1 scan ended*
    No image has new critical findings.
    ~ <!date^1766757802^{date_short_pretty} {time}|2025-12-26 14:03:22 UTC> to <!date^1767362602^{date_short_pretty} {time}|2026-01-02 14:03:22 UTC>
    ---
    # 🗓️ Weekly digest
    *1042 scans ended, 2 failed, 1 stopped*
    1 stalled on the way
    *Most new critical findings*
    \`alpine:3.16\`  *3 new critical*
    *Followed here, and never scanned*
    \`app-0:1\`, \`app-1:1\`, \`app-2:1\`, \`app-3:1\`, \`app-4:1\`, \`app-5:1\`, \`app-6:1\`, \`app-7:1\`, \`app-8:1\`, \`app-9:1\` and 2 more
    ~ <!date^1766757802^{date_short_pretty} {time}|2025-12-26 14:03:22 UTC> to <!date^1767362602^{date_short_pretty} {time}|2026-01-02 14:03:22 UTC>
    I post this every Monday at 09:05, \`Europe/Berlin\`. Change that with \`/scanprogress settings\`."
  `);
});
