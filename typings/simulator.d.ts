// What the simulator tells its page.

interface SimulatedCall {
  arrived: number;
  answered: number | null;
  endpoint: string;
  code: string;
  command: number | null;
  action: number | null;
  protocol: string | null;
}

interface SimulatedVoice {
  number: number;
  filename: string;
  received: number;
  kind: string;
  duration: number;
  sample_rate: number;
  channels: number;
  bytes: number;
  peaks: number[];
}

interface SimulatedCamera {
  serial: string;
  name: string;
  online: boolean;
  encrypted: boolean;
  live_h265: boolean;
  live_sound: boolean;
  live_outlasts: boolean;
  live_life: number;
  live_cut: number;
  live_slow_start: number;
  moving: number | null;
  position: { pan: number; tilt: number; zoom: number; focus: number };
  photos: number;
  call_count: number;
  calls: SimulatedCall[];
  voices: SimulatedVoice[];
}

interface SimulatedFault {
  kind: string;
  code: string;
  serial: string;
  endpoint: string;
  times: number | null;
}

interface SimulatedPlatform {
  revision: string;
  token_fetches: number;
  violation_count: number;
  violations: string[];
  faults: SimulatedFault[];
  cameras: SimulatedCamera[];
}

type SendToSimulator = (method: string, path: string, body?: object) => Promise<void>;
