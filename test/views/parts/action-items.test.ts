import { describe, expect, it } from 'vitest';
import type { ActionItem } from '../../../src/scan/results/vulnerabilities.ts';
import { actionItemBlocks, actionItemLines } from '../../../src/views/parts/action-items.ts';

const ITEM: ActionItem = {
  id: 'CVE-2025-12345',
  severity: 'critical',
  packageName: 'openssl',
  installed: '3.0.11',
  fixedIn: '3.0.12',
  isNew: true,
};

describe('what to act on', () => {
  it('is a table whose ids link to the public catalogue', () => {
    const [, table] = actionItemBlocks([ITEM, { ...ITEM, id: 'PRISMA-2025-1', isNew: false }]);
    expect(table).toMatchObject({
      rows: [
        [{ text: 'Vulnerability' }, { text: 'Severity' }, { text: 'Installed → fixed in' }],
        [
          {
            elements: [
              { elements: [{ type: 'link', url: 'https://nvd.nist.gov/vuln/detail/CVE-2025-12345' }] },
            ],
          },
          { text: 'critical, new' },
          { text: 'openssl 3.0.11 → 3.0.12' },
        ],
        [{ elements: [{ elements: [{ type: 'text', text: 'PRISMA-2025-1' }] }] }, { text: 'critical' }, {}],
      ],
    });
  });

  it('is nothing where nothing has a fix', () => {
    expect(actionItemBlocks([])).toEqual([]);
  });

  it('has a twin of text', () => {
    expect(actionItemLines([ITEM])).toEqual([
      '<https://nvd.nist.gov/vuln/detail/CVE-2025-12345|CVE-2025-12345> critical, new · `openssl` `3.0.11` → `3.0.12`',
    ]);
  });

  it.each(['CVE-2025-1234/../<!channel>', 'xCVE-2025-1234'])(
    'links no id like %s, and mentions nobody',
    (id) => {
      const hostile = { ...ITEM, id, packageName: '<@U1> @channel', fixedIn: '`*1*`' };
      const said = actionItemLines([hostile]).join();
      for (const sign of ['nvd.nist.gov', '<!', '<@', '@channel']) expect(said).not.toContain(sign);
      const drawn = JSON.stringify(actionItemBlocks([hostile]));
      // Rich text is no mrkdwn: `<!channel>` is shown there as it is.
      for (const sign of ['"link"', '<@', '@channel', '"user"', '"broadcast"'])
        expect(drawn).not.toContain(sign);
    },
  );
});

it('an image is named without its registry, which stands above', () => {
  const image = {
    kind: 'image',
    reference: { registry: 'ghcr.io', repository: 'acme/api', tag: '1.4', digest: '' },
  } as const;
  expect(actionItemLines([{ ...ITEM, image }])[0]).toContain('`api:1.4`: ');
});
