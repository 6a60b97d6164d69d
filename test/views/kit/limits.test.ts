import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cutEnd,
  cutMiddle,
  cutReference,
  BLOCK_KIT_LIMITS,
  takeLines,
} from '../../../src/views/kit/limits.ts';
import { escape } from '../../../src/views/kit/mrkdwn.ts';
import { text } from '../support/arbitraries.ts';

const published = new URL('../../../../shared/reference/block-kit-limits.json', import.meta.url);

describe('the table of limits', () => {
  it.skipIf(!existsSync(published))(
    `agrees with the published one${existsSync(published) ? '' : ' (SKIPPED: the published table is not at hand)'}`,
    () => {
      const table = JSON.parse(readFileSync(published, 'utf8'));
      expect(BLOCK_KIT_LIMITS).toMatchObject({
        headerText: table.header.text.max_length,
        sectionText: table.section.text.max_length,
        contextElements: table.context.elements.max_items,
        actionsElements: table.actions.elements.max_items,
        textObject: table.text.max_length,
        actionId: table.action_id.max_length,
        buttonText: table.button.text.max_length,
        buttonValue: table.button.value.max_length,
        buttonLabel: table.button.accessibility_label.max_length,
        url: table.button.url.max_length,
        viewBlocks: table.view.blocks.max_items,
        viewTitle: table.view.title.max_length,
        viewButton: table.view.submit.max_length,
        privateMetadata: table.view.private_metadata.max_length,
      });
    },
  );
});

describe('a cut', () => {
  it.each([
    [cutEnd, 'ghcr.io/acme/api:1.4', 10, 'ghcr.io/a…'],
    [cutEnd, 'a&amp;b', 4, 'a…'],
    [cutEnd, '😀😀', 3, '😀…'],
    [cutEnd, 'short', 5, 'short'],
    [cutMiddle, 'ghcr.io/acme/api:1.4', 11, 'ghcr.…i:1.4'],
    [cutMiddle, '&lt;&lt;&lt;', 9, '&lt;…&lt;'],
    [cutReference, 'reg.example:5000/team/payments/api:2026.11', 24, 'reg.example…/api:2026.11'],
    [cutReference, 'reg.example/team/payments-api:2026.11', 22, '…/payments-api:2026.11'],
    [cutReference, 'reg.example/payments-api:2026.11', 14, '…/paymen…26.11'],
    [cutReference, 'payments-api:2026.11', 13, 'paymen…026.11'],
    [cutReference, 'a/b', 1, '…'],
    [cutReference, 'a/bcd', 2, 'b…'],
    [cutReference, 'ghcr.io/acme/api:1', 18, 'ghcr.io/acme/api:1'],
  ])('%o of %s to %i keeps what fits', (cut, whole, max, expected) => {
    expect(cut(whole, max)).toBe(expected);
  });

  it('never exceeds its limit and never divides an escape or a character', () => {
    fc.assert(
      fc.property(
        text,
        fc.integer({ min: 1, max: 400 }),
        fc.constantFrom(cutEnd, cutMiddle, cutReference),
        (raw, max, cut) => {
          const shortened = cut(escape(raw), max);
          expect(shortened.length).toBeLessThanOrEqual(max);
          expect(shortened.isWellFormed()).toBe(true);
          expect(shortened.replace(/&(?:amp|lt|gt);/g, '')).not.toContain('&');
        },
      ),
    );
  });

  it('leaves out whole lines that do not fit', () => {
    expect(takeLines(['12345', '6789', '0'], 10)).toBe('12345\n6789');
    expect(takeLines(['12345'], 4)).toBe('');
  });
});
