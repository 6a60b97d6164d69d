/** Of an image that no registry specification covers: the Console takes its start, and never scans it. mrkdwn. */

const REGISTRY_SETTINGS = '*Defend › Vulnerabilities › Images › Registry settings*';

/** Where the settings say so. */
export const OUTSIDE = [
  'None of the Console’s registry specifications covers this image, so the Console would never scan it.',
  `See ${REGISTRY_SETTINGS} in the Console, or check the spelling.`,
];

/** Where nobody may read them: the end of a sentence, and one to follow. */
export const MAYBE_OUTSIDE = `the image is outside the registries that are configured in the Console. See ${REGISTRY_SETTINGS}, and check the spelling.`;
