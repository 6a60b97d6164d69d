import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { HOOKS, withDrawings } from '../../src/demo/page-drawings.ts';
import { CHANNELS } from '../../src/demo/workspace.ts';
import { DEFAULT_SETTINGS } from '../../src/scan/channel-settings.ts';
import { watchModal } from '../../src/views/home-modal.ts';
import { clock } from '../../src/views/kit/mrkdwn.ts';
import { table } from '../../src/views/kit/table.ts';
import { settingsModal } from '../../src/views/settings/modal.ts';

interface Element {
  readonly type: string;
  readonly props: Record<string, unknown>;
}
type Jsx = (type: string, props: Record<string, unknown>) => Element;
type Keep = (state: object) => void;
interface Draws {
  readonly text: (escaped: string) => string;
  readonly table: (jsx: Jsx, block: object) => Element;
  readonly choices: (view: object | undefined) => Record<string, unknown>;
  readonly isOfAnother: (message: object, person: string) => boolean;
  readonly field: (jsx: Jsx, element: object, state: object | undefined, set: Keep) => Element;
}

const [, script = ''] = /<script>([^]*)<\/script>/.exec(withDrawings('<head></head>')) ?? [];
const draws = runInNewContext(`${script}; slackDraws`) as Draws;
const jsx: Jsx = (type, props) => ({ type, props });

describe('the page of the demo draws', () => {
  it('code as it is, and the time of day in place of a date', () => {
    expect(draws.text('`a*b*` *c*')).toBe('<code>a&#42;b&#42;</code> *c*');
    expect(draws.text('Runs:\n```\nNAME  *x*\na_b_  &gt; https://x.y\n```\nok')).toBe(
      'Runs:\n<pre>NAME  &#42;x&#42;\na&#95;b&#95;  &#62; https&#58;//x.y</pre>ok',
    );
    const at = clock(Date.UTC(2026, 0, 2, 14, 3));
    const escaped = at.replace('<', '&lt;').replace('>', '&gt;');
    expect(draws.text(`ended ${escaped}, *now*`)).toMatch(/^ended \d+&#58;03&#58;00( [AP]M)?, \*now\*$/);
  });

  it('a table', () => {
    const drawn = draws.table(jsx, table(['Image', 'High'], [['alpine:3.16', '4']])!);
    expect(JSON.stringify(drawn)).toContain('"children":"alpine:3.16"');
    expect(JSON.stringify(drawn)).toContain('"textAlign":"right"');
    const link = { type: 'link', url: 'https://example.com', text: 'CVE-2026-1' };
    const cell = { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [link] }] };
    expect(JSON.stringify(draws.table(jsx, { rows: [[cell]] }))).toContain('"children":"CVE-2026-1"');
  });

  it('a dialog with what was chosen before', () => {
    const quietHours = { from: 22 * 60, until: 6 * 60, timeZone: 'Europe/Berlin' };
    const settings = { ...DEFAULT_SETTINGS, quietHours };
    const view = settingsModal({ settings, channel: 'C1', timeZone: null });
    const chosen = JSON.stringify(draws.choices(view));
    for (const value of ['22:00', '06:00', 'Europe/Berlin', 'in the thread of the live message'])
      expect(chosen).toContain(value);
    expect(draws.choices(watchModal())).toEqual({});
    expect(draws.choices(undefined)).toEqual({});
  });

  it.each([
    [{ subtype: 'ephemeral', ephemeral_to: 'U1' }, 'U1', false],
    [{ subtype: 'ephemeral', ephemeral_to: 'U1' }, 'U2', true],
    [{ text: 'for all' }, 'U2', false],
  ])('%j for %s, unless it is of another: %s', (message, person, expected) => {
    expect(draws.isOfAnother(message, person)).toBe(expected);
  });

  it('fields for a time and a conversation, which keep what is chosen', () => {
    const kept: object[] = [];
    const keep: Keep = (state) => void kept.push(state);
    const change = ({ props }: Element, value: string): void =>
      (props['onChange'] as (event: object) => void)({ target: { value } });
    const time = draws.field(jsx, { type: 'timepicker' }, { selected_time: '22:00' }, keep);
    expect(time.props).toMatchObject({ type: 'time', value: '22:00' });
    change(time, '06:30');
    const conversation = draws.field(jsx, { type: 'conversations_select' }, undefined, keep);
    expect(JSON.stringify(conversation)).toContain(`#${CHANNELS.incident.name}`);
    change(conversation, CHANNELS.incident.id);
    expect(kept).toEqual([
      { type: 'timepicker', selected_time: '06:30' },
      { type: 'conversations_select', selected_conversation: CHANNELS.incident.id },
    ]);
  });
});

it('a page in which a hook finds nothing is served all the same', () => {
  const page = '<html><head></head><body>new</body></html>';
  for (const { find } of HOOKS) expect(page).not.toMatch(find);
  expect(withDrawings(page)).toContain('<body>new</body></html>');
});
