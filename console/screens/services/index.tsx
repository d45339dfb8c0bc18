// The screen Services: all of them, or one by name.
import type { ScreenProps } from '../screen.ts';
import { ServiceList } from './list.tsx';
import { ServiceView } from './service.tsx';

export default function Services({ rest }: ScreenProps) {
  const [service, view] = rest;
  return (
    <div class="services-screen stack">
      {service === undefined ? <ServiceList /> : <ServiceView key={service} service={service} view={view} />}
    </div>
  );
}
