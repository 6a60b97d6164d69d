/** Errors of an image's name: the invalid part, and a valid name. mrkdwn. */

import type { FaultReason, InvalidReference, ReferencePart } from '../../image/reference.ts';
import { code } from '../kit/mrkdwn.ts';

export function errorLines(fault: InvalidReference): [string, string] {
  const { suggestion } = fault;
  const instead =
    suggestion === null ? `For example: ${code(exampleFor(fault))}` : `Did you mean ${code(suggestion)}?`;
  return [SENTENCES[fault.reason](fault), instead];
}

const NAMES: Readonly<Record<ReferencePart, string>> = {
  whole: 'image name',
  registry: 'registry',
  repository: 'repository',
  tag: 'tag',
  digest: 'digest',
};

const EXAMPLES: Readonly<Record<ReferencePart, string>> = {
  whole: 'alpine:3.16',
  registry: 'reg.example.com:5000/acme/api:1.4',
  repository: 'ghcr.io/acme/api:1.4',
  tag: 'alpine:3.16',
  digest: 'alpine@sha256:e3b0c442…',
};

const ALLOWED: Readonly<Record<ReferencePart, string>> = {
  whole: 'Write registry/repository:tag.',
  registry: 'A registry is a host name, with a port if it needs one.',
  repository: 'It may have small letters and digits, with dots, dashes, underscores or slashes between them.',
  tag: 'It may have letters, digits, dots, dashes and underscores, and begins with no dot or dash.',
  digest: 'It is `sha256:` and 64 digits of 0-9 and a-f, or `sha512:` and 128.',
};

const LONGEST: Readonly<Record<ReferencePart, string>> = {
  whole: 'No image name is that long.',
  registry: 'Registry and repository together have 255 characters at most.',
  repository: 'Registry and repository together have 255 characters at most.',
  tag: 'A tag has 128 characters at most.',
  digest: ALLOWED.digest,
};

const MISSING: Readonly<Record<ReferencePart, string>> = {
  whole: 'The image name is missing.',
  registry: 'The registry’s host name is missing.',
  repository: 'The image’s own name is missing after the registry.',
  tag: 'The tag is missing after the colon. Without the colon, `latest` is meant.',
  digest: 'The digest is missing after the @.',
};

const SENTENCES: Readonly<Record<FaultReason, (fault: InvalidReference) => string>> = {
  empty: ({ part }) => MISSING[part],
  'too-long': (fault) => `${the(fault)} is too long. ${LONGEST[fault.part]}`,
  'upper-case': (fault) => `${the(fault)} has capital letters. Only the registry and the tag may have them.`,
  character: (fault) => `${the(fault)} has a character that does not belong there. ${ALLOWED[fault.part]}`,
  form: (fault) => `${the(fault)} is not formed right. ${ALLOWED[fault.part]}`,
  port: (fault) => `${the(fault)} has a port that is no number from 1 to 65535.`,
  algorithm: (fault) => `${the(fault)} is of an unknown kind. ${ALLOWED.digest}`,
  length: (fault) => `${the(fault)} does not have the right length: was it cut in copying? ${ALLOWED.digest}`,
  'lone-digest': (fault) =>
    `${code(fault.text)} is a digest alone. Put the image’s name and an @ in front of it.`,
  'hub-registry': (fault) => `${the(fault)} is not on Docker Hub: it begins with another registry’s name.`,
};

function exampleFor({ part, reason }: InvalidReference): string {
  return EXAMPLES[reason === 'lone-digest' ? 'digest' : part];
}

function the({ part, text }: InvalidReference): string {
  return `The ${NAMES[part]} ${code(text)}`;
}
