import { describe, expect, it } from 'vitest';
import { extractReferences } from '../../src/image/extract.ts';
import { printReference } from '../../src/image/reference.ts';

const SHA256 = `sha256:${'a1'.repeat(32)}`;

function found(text: string): readonly string[] {
  return extractReferences(text).map(printReference);
}

describe('an image is found', () => {
  // The message as Slack sends it, then all images in it.
  it.each<[string, ...string[]]>([
    // Sentences, and what stands around a word in them
    ['alpine:3.16', 'alpine:3.16'],
    ['is alpine:3.16 done?', 'alpine:3.16'],
    [
      `is alpine:3.16 done? (also ghcr.io/acme/api@${SHA256}, please)`,
      'alpine:3.16',
      `ghcr.io/acme/api@${SHA256}`,
    ],
    ['nginx:1.25, redis:7; postgres:16/', 'nginx:1.25', 'redis:7'],
    ['we run node:18.', 'node:18'],
    ['node:18...', 'node:18'],
    ['(node:18)', 'node:18'],
    ['what about alpine:3.16… and alpine:3.17?!', 'alpine:3.16', 'alpine:3.17'],
    ["alpine:3.16's scan", 'alpine:3.16'],
    ['alpine:3.16’s scan', 'alpine:3.16'],
    ['an alpine:3.16-based image', 'alpine:3.16'],
    ['“alpine:3.16” and ‘nginx:1.25’', 'alpine:3.16', 'nginx:1.25'],
    ['alpine:3.16—is it done?', 'alpine:3.16'],
    [
      'alpine:3.16 → alpine:3.17, nginx:1.24-&gt;nginx:1.25',
      'alpine:3.16',
      'alpine:3.17',
      'nginx:1.24',
      'nginx:1.25',
    ],
    ['alpine:3.16&amp;alpine:3.17', 'alpine:3.16', 'alpine:3.17'],
    ['イメージalpine:3.16です', 'alpine:3.16'],
    ['alpine:3.16🎉', 'alpine:3.16'],
    ['my\u2011app:1.0 and my–app:1.1', 'my-app:1.0', 'my-app:1.1'],
    ['al\u200bpine:3.16', 'alpine:3.16'],
    ['Alpine:3.16 is out', 'alpine:3.16'],
    ['socket.io:v4 it is', 'socket.io:v4'],
    ['<@U1> <!here> alpine:3.16 <#C1|ops>', 'alpine:3.16'],
    // mrkdwn
    ['*alpine:3.16* _nginx:1.25_ ~redis:7.2~ `node:18`', 'alpine:3.16', 'nginx:1.25', 'redis:7.2', 'node:18'],
    ['_please look at nginx:1.25_', 'nginx:1.25'],
    ['&gt; alpine:3.16', 'alpine:3.16'],
    ['&gt;alpine:3.16', 'alpine:3.16'],
    ['• alpine:3.16\n- nginx:1.25\n-redis:7\n1. node:18', 'alpine:3.16', 'nginx:1.25', 'redis:7', 'node:18'],
    [':tada: alpine:3.16 :100:', 'alpine:3.16'],
    [':whale:alpine:3.16:tada:', 'alpine:3.16'],
    ['```\nalpine:3.16\n```', 'alpine:3.16'],
    ['```alpine:3.16```', 'alpine:3.16'],
    // Links, made by Slack or by people
    ['<http://reg.example.com/app:1|reg.example.com/app:1>', 'reg.example.com/app:1'],
    ['image:<http://ghcr.io/acme/api:1.4|ghcr.io/acme/api:1.4>', 'ghcr.io/acme/api:1.4'],
    [`<http://ghcr.io/acme/api|ghcr.io/acme/api>@${SHA256}`, `ghcr.io/acme/api@${SHA256}`],
    ['<http://reg.example.com:5000|reg.example.com:5000>/a/b:1', 'reg.example.com:5000/a/b:1'],
    ['<https://ci.example.com/12|alpine:3.16 failed>', 'alpine:3.16'],
    ['<https://ghcr.io/acme/api:1.4>', 'ghcr.io/acme/api:1.4'],
    ['http://registry.example.com:5000/a/b:1', 'registry.example.com:5000/a/b:1'],
    ['docker-pullable://nginx@' + SHA256, `nginx@${SHA256}`],
    ['skopeo inspect docker://alpine', 'alpine:latest'],
    ['skopeo inspect docker://quay.io/acme/api:x', 'quay.io/acme/api:x'],
    // Tags and names
    ['alpine:latest', 'alpine:latest'],
    ['rust:slim-bookworm', 'rust:slim-bookworm'],
    ['acme/api:main', 'acme/api:main'],
    ['acme/api:prod', 'acme/api:prod'],
    ['acme/api:staging', 'acme/api:staging'],
    ['app:v1', 'app:v1'],
    ['app:1a2b3c4', 'app:1a2b3c4'],
    ['app:pr-12', 'app:pr-12'],
    ['app:20260124', 'app:20260124'],
    ['app:2026', 'app:2026'],
    ['app:2026-11-24', 'app:2026-11-24'],
    ['ui:1.4', 'ui:1.4'],
    ['acme-server:1.4 user-service:2', 'acme-server:1.4', 'user-service:2'],
    ['base-image:1.4', 'base-image:1.4'],
    ['reg:5000/a/b:1', 'reg:5000/a/b:1'],
    ['reg:5000/a/b:anything', 'reg:5000/a/b:anything'],
    ['localhost:5000/app:1', 'localhost:5000/app:1'],
    ['10.0.0.1:5000/app:1', '10.0.0.1:5000/app:1'],
    ['[fe80::1]:5000/app:1', '[fe80::1]:5000/app:1'],
    [`alpine@${SHA256}`, `alpine@${SHA256}`],
    [`alpine:3.16@${SHA256}`, `alpine:3.16@${SHA256}`],
    ['alpine:3.16@sha256:a1a1a1a1…', 'alpine:3.16'],
    [`error@${SHA256}`, `error@${SHA256}`],
    // Registries that are known need no tag
    ['ghcr.io/acme/api', 'ghcr.io/acme/api:latest'],
    ['ghcr.io/Acme/API:1.4', 'ghcr.io/acme/api:1.4'],
    ['quay.io/acme/api', 'quay.io/acme/api:latest'],
    ['eu.gcr.io/acme/api', 'eu.gcr.io/acme/api:latest'],
    ['us-docker.pkg.dev/p/r/i', 'us-docker.pkg.dev/p/r/i:latest'],
    ['acme.azurecr.io/api', 'acme.azurecr.io/api:latest'],
    [
      '123456789012.dkr.ecr.eu-west-1.amazonaws.com/api',
      '123456789012.dkr.ecr.eu-west-1.amazonaws.com/api:latest',
    ],
    ['docker.io/alpine', 'alpine:latest'],
    ['docker.io/library/alpine:3.16', 'alpine:3.16'],
    ['registry.k8s.io/pause', 'registry.k8s.io/pause:latest'],
    ['registry.acme.example:5000/api', 'registry.acme.example:5000/api:latest'],
    ['ghcr.io/acme/api:main: not found', 'ghcr.io/acme/api:main'],
    // Places where only images stand
    ['image: ghcr.io/acme/api:1.4', 'ghcr.io/acme/api:1.4'],
    ['image: nginx', 'nginx:latest'],
    ['image: nginx # for now', 'nginx:latest'],
    ['  - image: "nginx"', 'nginx:latest'],
    ['image:nginx', 'nginx:latest'],
    ['image: api:8080', 'api:8080'],
    ['image: server:foo', 'server:foo'],
    ['-        image: acme/api:1\n+        image: acme/api:2', 'acme/api:1', 'acme/api:2'],
    ['*Image:* `acme/api`', 'acme/api:latest'],
    ['*Image*: nginx', 'nginx:latest'],
    ['baseImage=acme/api containerImage:acme/web', 'acme/api:latest', 'acme/web:latest'],
    ['{"image":"reg:5000/a/b:1","tag":"x"}', 'reg:5000/a/b:1'],
    ['{"image": "nginx", "cpu": 2}', 'nginx:latest'],
    ['{\\"image\\":\\"nginx:1.25\\"}', 'nginx:1.25'],
    ['{"log":"pulled alpine:3.16\\nstarted\\n"}', 'alpine:3.16'],
    ['Back-off pulling image "nginx"', 'nginx:latest'],
    ['Failed to pull image “acme/api:foo”: not found', 'acme/api:foo'],
    ['FROM alpine:3.16 AS build', 'alpine:3.16'],
    ['FROM alpine', 'alpine:latest'],
    ['FROM --platform=linux/amd64 golang AS build', 'golang:latest'],
    ['Step 1/5 : FROM alpine', 'alpine:latest'],
    ['  12 | FROM alpine', 'alpine:latest'],
    ['FROM golang AS build\nFROM build\nCOPY --from=build /a /a', 'golang:latest'],
    ['COPY --from=nginx:1.25 /a /a', 'nginx:1.25'],
    ['docker pull nginx:1.25', 'nginx:1.25'],
    ['docker pull nginx', 'nginx:latest'],
    ['please try `docker run --rm -it -p 8080:80 --name web nginx sh`', 'nginx:latest'],
    ['docker run —rm acme/api sh', 'acme/api:latest'],
    ['docker push acme/api to the registry', 'acme/api:latest'],
    ['kubectl set image deploy/web web=nginx', 'nginx:latest'],
    ['kubectl set image deploy/api api=ghcr.io/acme/api:1.5 --record', 'ghcr.io/acme/api:1.5'],
    ['kubectl run web --image=nginx --port=80', 'nginx:latest'],
    ['level=info image=nginx count=3', 'nginx:latest'],
    ['Error response: manifest for acme/api:foo not found', 'acme/api:foo'],
    ['pull access denied for acme/api, repository does not exist', 'acme/api:latest'],
    ['docker run -e LEVEL=debug nginx:foo', 'nginx:foo'],
    // Tables and values
    ['REPOSITORY  TAG   IMAGE ID      CREATED\nacme/api    1.4   605c77e624dd  2 days ago', 'acme/api:1.4'],
    ['alpine:3.16 done 605c77e624dd, nginx:1.25 not', 'alpine:3.16', 'nginx:1.25'],
    ['605c77e624dd   nginx   "/docker-entry…"   2 hours ago', 'nginx:latest'],
    ['image:\n  repository: nginx\n  pullPolicy: Always\n  tag: "1.25"', 'nginx:1.25'],
    ['images:\n- name: ghcr.io/acme/api\n  newTag: 1.4', 'ghcr.io/acme/api:1.4'],
    ['\u001b[32malpine:3.16\u001b[0m', 'alpine:3.16'],
  ])('in %j', (text, ...images) => {
    expect(found(text)).toEqual(images);
  });

  it.each([
    [27, ['nginx:latest']],
    [28, []],
  ])('up to 200 characters behind its command: %i options', (count, images) => {
    expect(found(`docker run ${'-e A=b '.repeat(count)}nginx`)).toEqual(images);
  });

  it('once, however it is written', () => {
    const text = 'nginx:1.25 alpine docker.io/library/alpine:3 nginx:1.25 docker.io/alpine:3 alpine:3';
    expect(found(text)).toEqual(['nginx:1.25', 'alpine:3']);
  });

  // Docker's official images: no list of labels may hide one.
  it.each(
    `adminer aerospike almalinux alpine amazonlinux api-firewall arangodb archlinux bash buildpack-deps busybox
    caddy cassandra chronograf clojure composer consul couchbase couchdb crate dart debian docker drupal eclipse-mosquitto
    eclipse-temurin elasticsearch elixir emqx erlang fedora flink fluentd friendica gcc ghost golang gradle groovy haproxy
    haskell haxe hello-world hitch httpd hylang ibmjava influxdb irssi jetty joomla jruby julia kapacitor kibana kong
    liquibase logstash mageia mariadb matomo maven mediawiki memcached mongo mongo-express mysql nats nats-streaming neo4j
    neurodebian nextcloud nginx node notary odoo open-liberty openjdk oraclelinux orientdb percona perl photon php
    phpmyadmin plone postfixadmin postgres pypy python r-base rabbitmq rakudo-star redis redmine registry rethinkdb
    rockylinux ros ruby rust sapmachine silverpeas solr sonarqube spark spiped storm swift swipl teamspeak telegraf tomcat
    tomee traefik ubuntu unit varnish vault websphere-liberty wordpress xwiki yourls znc zookeeper`.split(
      /\s+/,
    ),
  )('when it is the official %s', (name) => {
    expect(found(`${name}:7 ${name}:1.2 ${name}:latest`)).toEqual([
      `${name}:7`,
      `${name}:1.2`,
      `${name}:latest`,
    ]);
  });
});

describe('no image is found', () => {
  it.each([
    // Sentences and Slack's own text
    '',
    'is it done?',
    'alpine',
    'acme/api and/or CI/CD at 7/12',
    'note: the image is broken, image: I think so',
    'image: null',
    'the docker pull fails since 10:00, docker run hangs',
    'From alpine to debian, from bob',
    ':tada: :100: :+1: :white_check_mark: :skin-tone-2:',
    '<@U012AB> <@U1|bob> <#C1|ops> <!here> <!subteam^S1|@sre> <!date^1700000000^{time}|12:30>',
    '<mailto:bob@example.com|bob@example.com> bob@example.com',
    // Addresses
    '<https://github.com/acme/api/pull/12> <https://github.com/acme/api/pull/12|#12>',
    'https://github.com/acme/api/pull/12',
    '<https://grafana.example.com/d/x?var-image=nginx:1.25&amp;from=1|the dashboard>',
    '<https://grafana.example.com/d/x?var-image=nginx:1.25&amp;from=1>',
    'http://host:8080/path http://localhost:3000/static/bundle.js:1234',
    '<http://host:8080/path|host:8080/path>',
    '_https://ghcr.io/acme_ (https://quay.io/repository/acme/api?tab=tags)',
    'Head "https://registry-1.docker.io/v2/": net/http: timeout',
    'postgres://user:pw@db:5432/x jdbc:postgresql://db:5432/x redis://redis:6379/0',
    'git@github.com:acme/api.git ssh://git@github.com:22/acme/api',
    'containerd://605c77e624dd',
    // Hosts and ports
    '10.0.0.1:8080 localhost:3000 localhost:80 db.example.com:5432 github.com:443',
    'redis:6379 api:8080 connect ECONNREFUSED 127.0.0.1:5432 web:443 0.0.0.0:80-&gt;80/tcp',
    '[::1]:8080 dial tcp: lookup db on 10.0.0.10:53: no such host',
    'docker run -p 8080:80 -v /a:/b -e LEVEL=debug --name web',
    'access denied for bob',
    // Files and stacks
    '/etc/nginx/nginx.conf src/main.ts:42 ./a/b:1 ../a:1 ~/a:1 C:\\x:1 c:\\temp\\x /app/main.go:42',
    'app.log:2026-11-24 values.yaml:3 main.go:10-20 Foo.java:42 github.com/acme/api/main.go:42',
    'at foo (file.js:10:5)\n  at node:internal/modules/loader:1080:14\n  at node:events:513:28',
    'at com.acme.Foo.bar(Foo.java:42) ~[spring-web-5.3.9.jar:5.3.9] ~[na:1.8.0_292] [classes!/:na]',
    '(node:7) UnhandledPromiseRejectionWarning: x\n(node:12) [DEP0005] DeprecationWarning',
    'reflector.go:150] k8s.io/client-go@v0.28.1/tools/cache/reflector.go:229: failed',
    // Times, dates, versions, sums
    '12:30 12:30pm 10:00:00 2026-11-24 2026-11-24T10:00 2026-11-24T10:00:00Z [24/Nov/2026:10:00:00 +0000]',
    'v1.2.3 1.2.3 image: v1.2.3 image:1.4 release v2',
    '7/12 16:9 3:2 1.2:3',
    `605c77e624dd 1a2b3c4 ${SHA256} sha256:a1b2c3 Digest: ${SHA256}`,
    'alpine@sha256:a1a1… ghcr.io/acme/api@sha256:a1…',
    // Keys and values
    'status:ok severity:high level:error error:timeout state:running',
    'step:2 port:8080 line:42 took:3s exit:1 pid:123 http:200 retry:3 issue:12',
    'steps:2 retries:3 exit-code:1 exit_code:1 request_id:7f3a max-connections-count:5 trace.id:1a2b',
    'host:web01 region:us-east-1 pod:api-7d9f8 version:1.2.3 tag:v1.2 env:prod branch:main commit:1a2b3c4',
    'read/write:access is what he/she:wants',
    'ERROR:500 HTTP:200 Replicas:3 Duration:1.5s Version:1.2.3 CVE-2026-1234:9.8 Restarts:5',
    'cache:512mb lag:12s api:350ms heap:512m db:2.5s p99:1.2 cpu:90% requests:rate5m',
    'instance:node_cpu:rate5m job:http_requests:rate5m',
    'id:5 x:3 db:2 test:e2e build:123 sev:1 PR:12',
    // Packages and types
    'application/json text/html; charset=utf-8 @babel/core @types/node@18.1.0 react@18.2.0',
    'github.com/acme/api github.com/acme/api@v1.2.3 org.springframework:spring-core:5.3.1',
    'registry.terraform.io/hashicorp/aws libssl3:amd64 python3.11:arm64',
    // What is filled in later, or is only the beginning of names
    '$REG/app:1 ${REG}/app:1 {{reg}}/app:1 app:${TAG} app:v1-${SHA} app:v1-{{sha}} &lt;reg&gt;/app:1',
    'ghcr.io/acme/api:&lt;tag&gt; ghcr.io/acme/api:{{ tag }} ghcr.io/acme/* ghcr.io/acme/',
    'älpine:3.16 app:1.2.3+b5 app%3A1.2',
    // What stands where an image could
    'SELECT *\nFROM users\nWHERE id = 12',
    'FROM scratch',
    'FROM the start',
    'image: &lt;none&gt; image: docs/a.png image: ghcr.io',
    'docker run 605c77e624dd',
  ])('in %j', (text) => {
    expect(found(text)).toEqual([]);
  });
});

it.each([
  [189, ['redis:latest']],
  [190, []],
])('a command counts as far as 200 characters before its image: %i spaces', (spaces, images) => {
  expect(found(`docker run ${' '.repeat(spaces)}redis`)).toEqual(images);
});
