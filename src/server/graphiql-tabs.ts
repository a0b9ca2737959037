/** What GraphiQL opens with: in development a walk-through as two people, else two operations without a token. */

interface Tab {
  readonly query: string;
  readonly headers: string;
}

/** The operations' names are the tabs' titles. */
export function tabs(development: boolean): Tab[] {
  const ada = headersWith('dev:ada');
  const grace = headersWith('dev:grace');
  const nobody = headersWith('');
  if (!development) return [ME, WATCH].map((query) => ({ query, headers: nobody }));
  return [
    { query: ADA_WATCHES_GRACE, headers: ada },
    { query: GRACE_COMES, headers: grace },
    { query: GRACE_IS_BUSY, headers: grace },
    { query: ADA_LOOKS, headers: ada },
  ];
}

/** The Headers pane's text; an empty token is a place to paste one. */
export function headersWith(token: string): string {
  return JSON.stringify({ Authorization: `Bearer ${token}` }, null, 2);
}

const ADA_WATCHES_GRACE = `# You are Ada: the Headers pane below says so.
# Run this (Ctrl-Enter) and leave it running; changing
# tabs would stop it. Open this page in a second window,
# and be Grace there with the next tabs.
subscription AdaWatchesGrace {
  presenceChanged(userIds: ["grace"]) {
    initial
    presence {
      availability
      status {
        text
        emoji
      }
      lastActive
    }
    user {
      id
    }
  }
}
`;

const GRACE_COMES = `# You are Grace. This makes you ONLINE, and Ada's window
# shows it. Without a heartbeat you are gone after a
# while; run it again to come back.
mutation GraceComes {
  openSession(input: { device: WEB }) {
    session {
      id
    }
    viewer {
      availability
    }
  }
}
`;

const GRACE_IS_BUSY = `# You are Grace, and Ada sees what you are busy with.
# Picking ONLINE makes your dot automatic again.
mutation GraceIsBusy {
  setStatus(
    input: {
      availability: BUSY
      text: "Writing a compiler"
      emoji: "🛠️"
    }
  ) {
    viewer {
      availability
      status {
        text
        emoji
      }
    }
  }
}
`;

const ADA_LOOKS = `# You are Ada, and look once instead of watching.
query AdaLooks {
  users(ids: ["ada", "grace"]) {
    id
    presence {
      availability
      status {
        text
        emoji
      }
      lastActive
    }
  }
}
`;

const ME = `# Paste your token after "Bearer" in the Headers pane
# below.
query Me {
  viewer {
    user {
      id
    }
    availability
    invisible
    status {
      text
      emoji
    }
  }
}
`;

const WATCH = `# Paste your token after "Bearer" in the Headers pane
# below, and name the people to watch.
subscription Watch {
  presenceChanged(userIds: ["grace"]) {
    initial
    presence {
      availability
      status {
        text
        emoji
      }
      lastActive
    }
    user {
      id
    }
  }
}
`;
