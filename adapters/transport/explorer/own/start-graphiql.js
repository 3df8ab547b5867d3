'use strict';

// Nothing is kept in the browser, neither the tabs nor what was asked: there are passwords in it.
const nothing = { getItem: () => null, setItem() {}, removeItem() {}, clear() {}, length: 0 };

const logIn = `# Logs this browser in. From then on you ask as that user.
# Write the password below, and press Ctrl-Enter.
mutation LogIn($email: String!, $password: String!) {
  auth_login(
    email: $email
    password: $password
    mode: session
  ) {
    expires
  }
}
`;

const me = `# Who am I?
query Me {
  users_me {
    id
    email
    first_name
    last_name
  }
}
`;

const whoLogsIn = JSON.stringify({ email: 'admin@example.com', password: '' }, null, 2);

const root = document.getElementById('explorer');
ReactDOM.createRoot(root).render(React.createElement(GraphiQL, {
  fetcher: GraphiQL.createFetcher({ url: root.dataset.path }),
  storage: nothing,
  shouldPersistHeaders: false,
  showPersistHeadersSettings: false,
  defaultEditorToolsVisibility: 'variables',
  defaultTabs: [{ query: logIn, variables: whoLogsIn }, { query: me }],
  variables: whoLogsIn, // of the first tab, whose own are not shown before one comes back to it
}));
