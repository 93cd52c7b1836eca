import {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {jsonPage, type Page} from './dialects/dialect.ts';
import {type Exchange, sendPage} from './exchange.ts';
import type {Service} from './service.ts';
import type {AccountRow} from './truth.ts';

/** What is asked of a simulated engine and of no real one: what it knows, and how its card's memory is filled. */
export const answerOwn = async (service: Service, key: string, exchange: Exchange): Promise<boolean> => {
  const {request, response} = exchange;
  const {searchParams} = new URL(request.url ?? '', 'http://localhost');
  if (key === 'GET /simulator/truth') {
    if (searchParams.get('fields') === 'account') await sendAccount(service, exchange);
    else sendPage(response, truthPage(service));
    return true;
  }
  const memory = (): Page => jsonPage({takenMiB: service.card.takenMiB()});
  if (key === 'GET /simulator/memory') sendPage(response, memory());
  else if (key === 'POST /simulator/leak') {
    const rate = Number(searchParams.get('mib-per-second'));
    if (rate > 0) service.card.leak(rate);
    sendPage(response, rate > 0 ? memory() : jsonPage({detail: 'mib-per-second must be above 0'}, 400));
  } else if (key === 'POST /simulator/fill-memory') {
    sendPage(response, memory());
    service.card.fill();
  } else return false;
  return true;
};

/** The truth so far, one row a line, in the order in which the requests came. */
const truthPage = ({truth}: Service): Page => ({
  status: 200,
  type: 'application/x-ndjson',
  body: truth
    .rows()
    .map(row => `${JSON.stringify(row)}\n`)
    .join(''),
});

const rowsAtATime = 1000;

/** Hundreds of thousands of rows, which are never together in one string. */
const sendAccount = async ({truth}: Service, {response}: Exchange): Promise<void> => {
  response.writeHead(200, {'content-type': 'application/x-ndjson'});
  await pipeline(Readable.from(pagesOf(truth.account())), response).catch(() => {}); // who asked has gone
};

function* pagesOf(rows: Iterable<AccountRow>): Generator<string> {
  let page: string[] = [];
  for (const row of rows) {
    page.push(`${JSON.stringify(row)}\n`);
    if (page.length < rowsAtATime) continue;
    yield page.join('');
    page = [];
  }
  if (page.length > 0) yield page.join('');
}
