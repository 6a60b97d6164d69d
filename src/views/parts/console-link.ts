/** The address behind *Open in Console*, from PRISMA_LINK_TEMPLATE: its form on SaaS differs by tenant. */

import type { Target } from '../../scan/target.ts';
import { parseWebAddress } from '../kit/mrkdwn.ts';

interface ConsoleAddress {
  /** PRISMA_CONSOLE_URL, with its path. */
  readonly consoleUrl: string;
  readonly target: Target;
  /** PRISMA_PROJECT, null where there is none. */
  readonly project: string | null;
}

/** null where the template yields no http(s) address of 3,000 characters at most. */
export function consoleLink(
  template: string,
  { consoleUrl, target, project }: ConsoleAddress,
): string | null {
  const image = searchTerm(target);
  const searching = image === '' ? withoutSearch(template) : template;
  const filled = searching
    .replaceAll('{console}', () => consoleUrl.replace(/\/{1,5}$/, ''))
    .replaceAll('{image}', () => encode(image))
    .replaceAll('{project}', () => encode(project ?? ''));
  const hasProject = project === null || project === '' || template.includes('{project}');
  return parseWebAddress(hasProject ? filled : withProject(filled, project));
}

/** The Console's search knows repository and tag; a digest finds nothing there. */
function searchTerm(target: Target): string {
  if (target.kind === 'regular') return '';
  const { repository, tag } = target.reference;
  return tag === '' ? repository : `${repository}:${tag}`;
}

/** Drops the parameter that would carry the search term, whatever its name. */
function withoutSearch(template: string): string {
  return template.replace(/([?&])[^?&#={}]{1,100}=\{image\}(&?)/g, (_, before: string, after: string) =>
    after === '' ? '' : before,
  );
}

/** The Console's pages take their parameters behind `#!`, hence the last `?`, not that of the URL. */
function withProject(address: string, project: string): string {
  const parameter = `projectId=${encode(project)}`;
  const question = address.lastIndexOf('?');
  if (question === -1) return `${address}?${parameter}`;
  return `${address.slice(0, question + 1)}${parameter}&${address.slice(question + 1)}`;
}

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
