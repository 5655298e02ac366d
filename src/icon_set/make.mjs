// Makes `icons.br` from the packages @mdi/svg, @primer/octicons and simple-icons:
// `npm install --no-save @mdi/svg@7.4.47 @primer/octicons@19.42.0 simple-icons@16.37.0 && node src/icon_set/make.mjs`
// A line is a name and the data of a path; the lines are sorted.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { brotliCompressSync, constants } from 'node:zlib';

/** Of the marks of brands those that documentation for developers uses. */
const BRANDS =
  `angular ansible apache apachekafka apachemaven apple argo auth0 azuredevops bitbucket bun chromewebstore circleci clickhouse cloudflare cloudnativebuild
confluence confluent containerd coursera cplusplus css cypress d3 dart databricks datadog debian deno digitalocean discord django docker dotnet duckdb
elasticsearch electron elixir envoyproxy eslint expo express facebook fastapi fedora figma firebase firefoxbrowser flask flutter fluxcd git gitea github githubactions
githubcopilot gitlab gitpod go gogitx google googlecloud gradle grafana graphql hashicorp helm heroku homebrew html5 influxdb instagram intellijidea istio
jaeger javascript jenkins jest jetbrains jira json jsonwebtokens junit5 keycloak kotlin kubernetes laravel launchdarkly linear linux markdown mastodon materialformkdocs medium mermaid
meta minio mongodb mysql neo4j neovim netlify newrelic nextdotjs nginx nixos nodedotjs notion npm numpy nuxt oauth okta openapiinitiative openid openjdk
opentelemetry pagerduty pandas php phpmyadmin pnpm podman postgresql postman prettier prisma prometheus protractor pulumi pypi python pytorch quarkus rabbitmq
rancher react readthedocs reddit redhat redis redux rss ruby rubyonrails rust safari scala selenium semanticrelease sentry signal slack snyk sonarqube spotify
spring springboot sqlite stackoverflow storybook stripe supabase svelte swagger swift symfony tailwindcss teamcity telegram temporal terraform threads
traefikproxy trello turborepo typescript ubuntu vault vercel vim vite vitest vuedotjs webassembly webpack whatsapp wikipedia x yaml yarn youtube zapier zendesk zig zoom`.split(
    /\s+/,
  );

const path = (file) => [...readFileSync(file, 'utf8').matchAll(/ d="([^"]+)"/g)].map((match) => match[1]).join('');
const set = (prefix, folder, keeps = () => true) =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.svg'))
    .map((file) => file.slice(0, -4))
    .filter(keeps)
    .map((name) => [`${prefix}-${name}`, path(`${folder}/${name}.svg`)]);
const icons = [
  ...set('material', 'node_modules/@mdi/svg/svg'),
  ...set('octicons', 'node_modules/@primer/octicons/build/svg'),
  ...set('simple', 'node_modules/simple-icons/icons', (name) => BRANDS.includes(name)),
].filter(([name, data]) => /^[a-z0-9-]+$/.test(name) && data);
icons.sort(([a], [b]) => (a < b ? -1 : 1));
const text = `${icons.map((icon) => icon.join(' ')).join('\n')}\n`;
const params = {
  [constants.BROTLI_PARAM_QUALITY]: 11,
  [constants.BROTLI_PARAM_LGWIN]: 24,
  [constants.BROTLI_PARAM_SIZE_HINT]: text.length,
};
writeFileSync(new URL('icons.br', import.meta.url), brotliCompressSync(Buffer.from(text), { params }));
console.log(`${icons.length} icons, ${text.length} bytes`);
