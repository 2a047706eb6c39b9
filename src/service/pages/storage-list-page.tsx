import type { DiskReading, InventoryHeader } from '../../systems/history/contract.ts';
import type { HttpParts } from '../http/parts.ts';
import { DiskBar } from '../pictures/disk-bar.tsx';
import { storagePath } from '../views/image-key.ts';
import { registriesOf } from '../views/storage-view.ts';
import { type Frame, frameOf } from './frame.ts';
import { Page } from './layout.tsx';
import { Bytes, Count } from './parts/amount.tsx';
import { Scroll } from './parts/scroll.tsx';
import { At } from './parts/time.tsx';
import { type PageContext, show } from './show.ts';

/** `/storage`: which registries are known, and how much do they hold? */
export async function showRegistries(context: PageContext, parts: HttpParts): Promise<Response> {
  const [frame, headers, disks] = await Promise.all([
    frameOf(context, parts),
    registriesOf(parts.history),
    parts.history.disks(),
  ]);
  const { high, low } = parts.settings().watermark;
  return show(context, <Registries frame={frame} headers={headers} disks={disks} high={high} low={low} />);
}

function Registries(props: {
  readonly frame: Frame;
  readonly headers: readonly InventoryHeader[];
  readonly disks: readonly DiskReading[];
  readonly high: number;
  readonly low: number;
}) {
  const { frame, headers, disks, high, low } = props;
  return (
    <Page frame={frame} title="Storage" here="/storage">
      <h1>Storage</h1>
      <section class="sheet" aria-labelledby="registries">
        <h2 id="registries">Registries</h2>
        {headers.length === 0 ? (
          <p class="none">
            No run has listed a registry yet. Runs of <code>reconcile</code> and <code>prune</code> do: start one from
            the page of schedules.
          </p>
        ) : (
          <RegistryTable frame={frame} headers={headers} />
        )}
      </section>
      {disks.length > 0 && (
        <section class="sheet" aria-labelledby="disks">
          <h2 id="disks">Disks</h2>
          {disks.map((reading) => (
            <>
              <h3>
                {reading.target} <span class="hint">{reading.kind}</span>
              </h3>
              <DiskBar reading={reading} high={high} low={low} />
              <p class="hint">
                Read <At ms={reading.atMs} nowMs={frame.nowMs} />
              </p>
            </>
          ))}
        </section>
      )}
    </Page>
  );
}

function RegistryTable({ frame, headers }: { readonly frame: Frame; readonly headers: readonly InventoryHeader[] }) {
  const heads = ['repositories', 'tags', 'images', 'bytes', 'shared', 'without a tag', 'reclaimable'];
  return (
    <Scroll name="Table of registries">
      <table>
        <caption class="unseen">Registries, the largest first</caption>
        <thead>
          <tr>
            <th scope="col">registry</th>
            {heads.map((head) => (
              <th scope="col" class="num">
                {head}
              </th>
            ))}
            <th scope="col">as of</th>
          </tr>
        </thead>
        <tbody>
          {headers.map((header) => (
            <tr>
              <th scope="row" class="break">
                <a href={`${frame.basePath}${storagePath(header.target)}`}>{header.target}</a>
              </th>
              <td class="num">
                <Count of={header.repositories} />
              </td>
              <td class="num">
                <Count of={header.tags} />
              </td>
              <td class="num">
                <Count of={header.images} />
              </td>
              {[header.bytes, header.sharedBytes, header.untaggedBytes, header.reclaimableBytes].map((bytes) => (
                <td class="num">
                  <Bytes of={bytes} />
                </td>
              ))}
              <td>
                <At ms={header.madeAtMs} nowMs={frame.nowMs} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
