import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extractReferences } from '../../src/image/extract.ts';
import { parseReference, printReference } from '../../src/image/reference.ts';
import { anyText } from '../support/any-text.ts';

const SHA256 = `sha256:${'a1'.repeat(32)}`;
const OTHER_SHA256 = `sha256:${'0f'.repeat(32)}`;

function found(text: string): readonly string[] {
  return extractReferences(text).map(printReference);
}

describe('a whole message', () => {
  it('of an alert bot names the image of its alert', () => {
    const text = `:rotating_light: *[FIRING:2] KubePodCrashLooping* (severity:critical) <!subteam^S1|@sre>
*Cluster:* prod-eu-1  *Namespace:* payments  *Pod:* \`payments-api-7d9f8c6b5-xk2p1\`
*Image:* \`<http://reg.example.com:5000/payments/api:2.14.1|reg.example.com:5000/payments/api:2.14.1>\`
*Sidecar:* envoyproxy/envoy:v1.28.0
*Restarts:* 14 in 5m, cpu:500m, memory:512Mi, exit-code:137, p99:1.5s
*Started:* 2026-11-24T10:00:03Z (12:00 local)
<https://grafana.example.com/d/k8s?var-pod=api:1&amp;from=now-1h|Dashboard> | <https://runbooks.example.com/crash:loop>
• CVE-2026-1234 (severity:high) in openssl, fixed in 3.0.2`;
    expect(found(text)).toEqual(['reg.example.com:5000/payments/api:2.14.1', 'envoyproxy/envoy:v1.28.0']);
  });

  it('with the output of kubectl names the images of the pod', () => {
    const text = `got this from bob:
\`\`\`
$ kubectl describe pod api-7d9f8c6b5-xk2p1 -n prod
Node:             ip-10-0-1-12.ec2.internal/10.0.1.12
Start Time:       Tue, 24 Nov 2026 10:00:00 +0100
Init Containers:
  migrate:
    Image:         ghcr.io/acme/migrate:1.4.0-rc.1
Containers:
  api:
    Container ID:   containerd://${'0f'.repeat(32)}
    Image:          <http://ghcr.io/acme/api:1.4|ghcr.io/acme/api:1.4>
    Image ID:       docker-pullable://ghcr.io/acme/api@${OTHER_SHA256}
    Port:           8080/TCP
    Liveness:       http-get http://:8080/healthz delay=5s timeout=1s period=10s
    Environment:
      DATABASE_URL: postgres://api:pw@db.prod:5432/api
      REDIS:        redis:6379
  proxy:
    Image:          nginx
Events:
  Type     Reason   Age                From     Message
  Normal   Pulling  12s (x3 over 50s)  kubelet  Pulling image "ghcr.io/acme/api:1.4"
  Warning  Failed   11s (x3 over 49s)  kubelet  Failed to pull image "busybox:nosuch": rpc error: code = NotFound
  Warning  BackOff  4m5s               kubelet  Back-off restarting failed container
\`\`\``;
    expect(found(text)).toEqual([
      'ghcr.io/acme/migrate:1.4.0-rc.1',
      'ghcr.io/acme/api:1.4',
      `ghcr.io/acme/api@${OTHER_SHA256}`,
      'nginx:latest',
      'busybox:nosuch',
    ]);
  });

  it('with a Dockerfile names what it builds upon', () => {
    const text = `the new one, line 4 fails:
\`\`\`# syntax=docker/dockerfile:1.4
FROM --platform=$BUILDPLATFORM node:20-alpine AS deps
WORKDIR /src/app
RUN npm ci &amp;&amp; npm run build:prod
FROM deps AS test
RUN npm run test:e2e
FROM <http://gcr.io/distroless/nodejs20-debian12|gcr.io/distroless/nodejs20-debian12>:nonroot
COPY --from=deps /src/app/dist /app
COPY --from=acme/certs:2026 /etc/ssl /etc/ssl
ENV VERSION=1.2.3 PORT=8080
USER 1000:1000
EXPOSE 8080
HEALTHCHECK CMD wget -q http://localhost:8080/healthz
ENTRYPOINT ["node", "/app/server.js"]\`\`\``;
    expect(found(text)).toEqual([
      'docker/dockerfile:1.4',
      'node:20-alpine',
      'gcr.io/distroless/nodejs20-debian12:nonroot',
      'acme/certs:2026',
    ]);
  });

  it('of people names what they talk about', () => {
    const text = `<@U1> since 12:30 the pods on web:8080 are down, PR <https://github.com/acme/api/pull/12|acme/api#12> maybe?
I rolled back to acme/api:2.3 (from “acme/api:2.4”), see src/main.ts:42 :grimacing:
Is python:3.11-slim scanned yet—or still 7/12? Severity:high and/or status:ok, I don’t know…
ping bob@example.com, or try \`docker run --rm -it -e LEVEL=debug acme/tool sh\` / \`docker pull postgres\`
v1.2.3 of the chart is fine, error:timeout comes from redis:6379, eta: 10m &amp; thanks :tada:`;
    expect(found(text)).toEqual([
      'acme/api:2.3',
      'acme/api:2.4',
      'python:3.11-slim',
      'acme/tool:latest',
      'postgres:latest',
    ]);
  });
});

// No name of three or more of these letters is a label.
const piece = fc.string({ unit: fc.constantFrom('a', 'b', 'z'), minLength: 3, maxLength: 6 });
const path = fc.array(piece, { minLength: 1, maxLength: 3 }).map((pieces) => pieces.join('/'));
const version = fc
  .tuple(
    fc.constantFrom('', 'v'),
    fc.array(fc.nat(99), { minLength: 2, maxLength: 3 }),
    fc.constantFrom('', '-alpine', '-rc1', '_2'),
  )
  .map(([prefix, numbers, suffix]) => prefix + numbers.join('.') + suffix);
const anyTag = fc.stringMatching(/^\w[\w.-]{0,20}[a-zA-Z\d]$/).filter((tag) => !tag.endsWith('-based'));
const digest = fc.constantFrom(SHA256, OTHER_SHA256);
const host = fc.constantFrom('ghcr.io', 'reg:5000', 'localhost', '[::1]:5000', 'a.b-c.example:1');
const written = fc.oneof(
  fc.tuple(path, version).map(([name, tag]) => `${name}:${tag}`),
  fc.tuple(path, digest).map(([name, at]) => `${name}@${at}`),
  fc.tuple(path, anyTag, digest).map(([name, tag, at]) => `${name}:${tag}@${at}`),
  fc.tuple(host, path, anyTag).map(([registry, name, tag]) => `${registry}/${name}:${tag}`),
);
const sentence = fc.constantFrom<(name: string) => string>(
  (name) => name,
  (name) => `is ${name} done?`,
  (name) => `(also ${name}, please)`,
  (name) => `I mean ${name}.`,
  (name) => `“${name}”…`,
  (name) => `*${name}* _${name}_ ~${name}~`,
  (name) => `\`${name}\``,
  (name) => `\`\`\`\n$ docker pull ${name}\n\`\`\``,
  (name) => `image: ${name}\nreplicas: 2`,
  (name) => `{"image":"${name}","replicas":2}`,
  (name) => `&gt; ${name} &amp; co`,
  (name) => `<http://${name}|${name}>, <@U1>`,
);
/** Text made of what decides in the patterns gets further into them than arbitrary text. */
const nonsense = fc.oneof(
  anyText({ maxLength: 200 }),
  fc
    .array(
      fc.constantFrom(
        ...'a A 0 . : / @ - _ [ ] < > | ` ``` " { } $ \\n ~ * # é'.split(' '),
        ...[
          '\n',
          ' ',
          '—',
          'image:',
          'FROM ',
          ' AS ',
          'docker run ',
          '://',
          'ghcr.io/',
          SHA256,
          'name: ',
          'tag: ',
        ],
      ),
      { maxLength: 30 },
    )
    .map((parts) => parts.join('')),
);

describe('every text', () => {
  it('that names an image as it is printed lets it be found', () => {
    fc.assert(
      fc.property(written, sentence, (name, say) => {
        const parsed = parseReference(name);
        if (parsed.kind === 'invalid') throw new Error(name);
        expect(extractReferences(say(printReference(parsed.reference)))).toEqual([parsed.reference]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('gives references that are valid, and none twice', () => {
    fc.assert(
      fc.property(nonsense, (text) => {
        const printed = found(text);
        expect(new Set(printed).size).toBe(printed.length);
        for (const name of printed) expect(parseReference(name)).toMatchObject({ kind: 'reference' });
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    'a',
    'a ',
    'a:',
    'a:1 ',
    '/',
    '@',
    '<',
    '<a',
    '`',
    '[',
    '[:',
    '\\',
    ' ',
    '\n',
    '-',
    '.',
    '"',
    '\u2014',
    'a.',
    'é',
    '😀',
    'a://',
    'image:',
    'image ',
    'image = "',
    'name:a',
    'name: a\n',
    'a a\n',
    'FROM ',
    'FROM a AS ',
    'SELECT ',
    'docker run ',
    'docker run -a ',
    '--image ',
    'set image ',
    '(node:1) ',
    '[1;1',
    ':a:a',
    'registry.',
    'sha256:',
  ])('gives an answer to 100 kB of %j', (piece) => {
    const text = piece.repeat(100_000 / piece.length);
    for (const whole of [`${text}!`, `image: ${text}`]) {
      expect(extractReferences(whole).length).toBeLessThan(2);
    }
  });
});
