#!/bin/sh
# curl alone: watches Grace as Ada, by server-sent events. Each change is a line that begins with "data:".
# With other people: `npm run curl-sse -- grace ada`. Ends with Ctrl-C.
me=${1:-ada}
other=${2:-grace}

exec curl --no-buffer --silent --show-error "${PRESENCE_URL:-http://127.0.0.1:4000/graphql}" \
  --header "Authorization: Bearer dev:$me" \
  --header 'Accept: text/event-stream' \
  --header 'Content-Type: application/json' \
  --data @- <<JSON
{
  "query": "subscription Watch(\$ids: [ID!]!) { presenceChanged(userIds: \$ids) { initial user { id } presence { availability } } }",
  "variables": { "ids": ["$other"] }
}
JSON
