import { describe, expect, it } from 'vitest';
import { parseReference } from '../../../src/image/reference.ts';
import type { CommandProblem } from '../../../src/scan/command.ts';
import { helpView } from '../../../src/views/replies/help.ts';
import { commandErrorView } from '../../../src/views/replies/command-error.ts';
import { toDirectSyntax, toMentionSyntax } from '../../../src/views/kit/mention-syntax.ts';
import { draw } from '../support/samples.ts';

const explain = (problem: CommandProblem) => commandErrorView({ problem }).text;

function explainReference(typed: string): string {
  const parsed = parseReference(typed);
  if (parsed.kind === 'reference') throw new Error(`no fault in ${typed}`);
  return draw(
    commandErrorView({ problem: { kind: 'reference', error: parsed.error, isOneOfSeveral: false } }),
  )
    .split('\n')
    .slice(0, 2)
    .join('\n');
}

describe('help', () => {
  it('shows what can be typed, by example', () => {
    expect(draw(helpView('1.2.3'))).toMatchInlineSnapshot(`
      "\`/scanprogress alpine:3.16\`  how far its scan is; without an image, the registry scan
      \`/scanprogress watch api:1.4 web:1.4\`  one live message, and one post at the end; \`unwatch\` stops that
      \`/scanprogress subscribe alpine:3.16\`  every scan from now on, in this channel; \`unsubscribe\` stops that
      \`/scanprogress list\`  what is watched and subscribed to here
      \`/scanprogress history alpine:3.16\`  its last scans and what they found
      \`/scanprogress settings\`  how and when I post in this channel
      \`/scanprogress scan alpine:3.16\`  starts a scan and watches it, for operators; \`stop\` stops the registry scan
      ~ No image means the registry scan, no tag means \`latest\`. In a thread, mention me: \`@scanprogress watch alpine:3.16\`
      Completed: ✅ nothing critical or high · 🟡 high · 🟠 critical · 🏁 findings not all known
      scanprogress 1.2.3"
    `);
  });
});

describe('a problem', () => {
  it('with a word names the nearest one, how to mean an image, and where help is', () => {
    expect(draw(commandErrorView({ problem: { kind: 'unknown-word', word: 'wach', nearest: 'watch' } })))
      .toMatchInlineSnapshot(`
        "I do not know \`wach\`. Did you mean \`/scanprogress watch\`?
        If it is an image, give its tag: \`/scanprogress wach:latest\`
        ~ \`/scanprogress help\` shows all that you can type."
      `);
  });

  it.each([
    [null, 'alpine:3.16'],
    ['watch', 'watch alpine:3.16'],
    ['list', 'list'],
    ['valueOf', 'valueOf'],
  ])('that was meant as %s has it for an example', (meant, example) => {
    const problem = { kind: 'not-understood', words: ['please'], meant } as const;
    expect(draw(commandErrorView({ problem }))).toContain(`For example: \`/scanprogress ${example}\``);
  });

  it.each([
    [
      { kind: 'unknown-word', word: 'wacth', nearest: 'watch' },
      'I do not know `wacth`. Did you mean `/scanprogress watch`?',
    ],
    [
      { kind: 'unknown-word', word: 'subscrib', nearest: 'subscribe' },
      'I do not know `subscrib`. Did you mean `/scanprogress subscribe`?',
    ],
    [
      { kind: 'registry-host', host: 'ghcr.io', verb: 'scan' },
      '`ghcr.io` is a host, and names no image. Nothing was done.',
    ],
    [{ kind: 'one-image', word: 'history' }, '`history` takes one image at a time.'],
    [{ kind: 'stop-what' }, '`/scanprogress stop` stops the registry scan, and takes no image.'],
    [{ kind: 'no-pause' }, 'A scan cannot be paused or resumed. Nothing was done.'],
    [{ kind: 'too-many-images', limit: 20 }, 'One command takes 20 images at most, so nothing was done.'],
  ] as const)('%o is explained', (problem, expected) => {
    expect(explain(problem)).toBe(expected);
  });

  it('with a reference says which part is wrong and what would do', () => {
    const typed = [
      'Alpine:3.16',
      'alpine:3.16!',
      'alpine:-x',
      'alpine:',
      'a//b',
      'a$b',
      'ghcr.io/',
      'reg:99999/a',
      'reg_1.example/a',
      ':5000/a',
      'alpine@',
      'alpine@sha256:abc',
      'alpine@sha256:xyz',
      'alpine@md5:abc',
      'alpine@abc',
      `@sha256:${'a'.repeat(64)}`,
      'docker.io/ghcr.io/acme/api:1',
      `${'a/'.repeat(140)}b`,
      'a'.repeat(700),
      '',
    ];
    expect(typed.map(explainReference).join('\n')).toMatchInlineSnapshot(`
      "The repository \`Alpine\` has capital letters. Only the registry and the tag may have them.
      Did you mean \`alpine:3.16\`?
      The tag \`3.16!\` has a character that does not belong there. It may have letters, digits, dots, dashes and underscores, and begins with no dot or dash.
      For example: \`alpine:3.16\`
      The tag \`-x\` is not well formed. It may have letters, digits, dots, dashes and underscores, and begins with no dot or dash.
      For example: \`alpine:3.16\`
      The tag is missing after the colon. Without the colon, \`latest\` is meant.
      For example: \`alpine:3.16\`
      The repository \`a//b\` is not well formed. It may have small letters and digits, with dots, dashes, underscores or slashes between them.
      For example: \`ghcr.io/acme/api:1.4\`
      The repository \`a$b\` has a character that does not belong there. It may have small letters and digits, with dots, dashes, underscores or slashes between them.
      For example: \`ghcr.io/acme/api:1.4\`
      The image’s own name is missing after the registry.
      For example: \`ghcr.io/acme/api:1.4\`
      The registry \`reg:99999\` has a port that is no number from 1 to 65535.
      For example: \`reg.example.com:5000/acme/api:1.4\`
      The registry \`reg_1.example\` has a character that does not belong there. A registry is a host name, with a port if it needs one.
      For example: \`reg.example.com:5000/acme/api:1.4\`
      The registry’s host name is missing.
      For example: \`reg.example.com:5000/acme/api:1.4\`
      The digest is missing after the @.
      For example: \`alpine@sha256:e3b0c442…\`
      The digest \`sha256:abc\` does not have the right length: was it cut in copying? It is \`sha256:\` and 64 digits of 0-9 and a-f, or \`sha512:\` and 128.
      For example: \`alpine@sha256:e3b0c442…\`
      The digest \`sha256:xyz\` has a character that does not belong there. It is \`sha256:\` and 64 digits of 0-9 and a-f, or \`sha512:\` and 128.
      For example: \`alpine@sha256:e3b0c442…\`
      The digest \`md5:abc\` is of an unknown kind. It is \`sha256:\` and 64 digits of 0-9 and a-f, or \`sha512:\` and 128.
      For example: \`alpine@sha256:e3b0c442…\`
      The digest \`abc\` is not well formed. It is \`sha256:\` and 64 digits of 0-9 and a-f, or \`sha512:\` and 128.
      For example: \`alpine@sha256:e3b0c442…\`
      \`sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\` is a digest alone. Put the image’s name and an @ in front of it.
      For example: \`alpine@sha256:e3b0c442…\`
      The repository \`ghcr.io/acme/api\` is not on Docker Hub: it begins with another registry’s name.
      Did you mean \`ghcr.io/acme/api:1\`?
      The repository \`a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/\` is too long. Registry and repository together have 255 characters at most.
      For example: \`ghcr.io/acme/api:1.4\`
      The image name \`aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\` is too long. No image name is that long.
      For example: \`alpine:3.16\`
      The image name is missing.
      For example: \`alpine:3.16\`"
    `);
  });
});

describe('an answer to a mention', () => {
  it('tells to mention the bot, where a slash command cannot be typed', () => {
    const spoken = JSON.stringify(toMentionSyntax(helpView('1.2.3')).blocks);
    expect(spoken).toContain('`@scanprogress watch api:1.4 web:1.4`');
    expect(spoken).not.toContain('`/scanprogress');
  });

  it('in direct messages names the command alone', () => {
    const { text } = toDirectSyntax({
      text: 'Stop 2 watches of this channel, for everybody? `/scanprogress`, `/scanprogress list`',
      blocks: [],
    });
    expect(text).toBe('Stop 2 watches of this chat? `status`, `list`');
  });

  it('leaves names alone that look like the command', () => {
    const message = { text: 'x', blocks: [{ type: 'divider' as const, block_id: 'ghcr.io/scanprogress:1' }] };
    expect(toMentionSyntax(message)).toEqual(message);
  });
});
