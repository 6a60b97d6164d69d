import { describe, expect, it } from 'vitest';
import { withTrustedAddress } from '../../../src/slack/transport/response-url.ts';

const API = 'http://127.0.0.1:9000/api/';

function bodyWith(body: object, apiUrl = API) {
  const warnings: string[] = [];
  const event = { body: { ...body }, ack: () => Promise.resolve() };
  const trusted = withTrustedAddress(event, { apiUrl, warn: (text) => warnings.push(text) });
  return { body: trusted.body, warnings: warnings.length };
}

describe('an address that answers go to', () => {
  it.each([
    'https://hooks.slack.com/commands/T1/2/3',
    'https://hooks.slack-gov.com/commands/T1/2/3',
    'http://127.0.0.1:9000/response/1',
  ])('%s is Slack’s, or beside the Web API', (url) => {
    expect(bodyWith({ response_url: url })).toEqual({ body: { response_url: url }, warnings: 0 });
  });

  it.each([
    ...['http://hooks.slack.com/commands/T1/2/3', 'https://hooks.slack.com.evil.example/x'],
    ...[
      'https://evilslack.com/x',
      'https://hooks.slack.com@evil.example/x',
      'https://hooks.slack.com:8443/x',
    ],
    ...['http://127.0.0.1:9001/response/1', 'http://169.254.169.254/latest/meta-data'],
    ...['file:///etc/passwd', '', 7],
  ])('%s is taken out, whatever else was said', (url) => {
    const body = { command: '/scanprogress' };
    expect(bodyWith({ ...body, response_url: url })).toEqual({ body, warnings: 1 });
    expect(bodyWith({ response_urls: [{ response_url: url }] }).body).toEqual({});
  });

  it('may be missing', () => {
    expect(bodyWith({ type: 'event_callback' })).toEqual({ body: { type: 'event_callback' }, warnings: 0 });
  });
});
