/** What the rivals reply to everybody. */
export const reply = {
  response_type: 'ephemeral' as const,
  text: 'registry.example.com/team/app:1.2.3 · scanning · tags 1/1 · images 42/100',
  blocks: [
    { type: 'header' as const, text: { type: 'plain_text' as const, text: 'Registry scan progress' } },
    {
      type: 'section' as const,
      text: {
        type: 'mrkdwn' as const,
        text: '*registry.example.com/team/app:1.2.3*\n`███████░░░` 42 %: 42 of 100 images',
      },
    },
    {
      type: 'context' as const,
      elements: [{ type: 'mrkdwn' as const, text: 'Updated <!date^1700000000^{time_secs}|12:00:00>' }],
    },
  ],
};
