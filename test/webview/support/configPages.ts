import { configPage } from '../../../webview/page';
import type { ConfigView, FromConfig, ToConfig } from '../../../webview/protocol';
import type { ThemeName } from './themes';
import { type OpenedView, ViewPages } from './viewPages';

export interface OpenedConfig extends OpenedView<FromConfig, ToConfig> {
  show(config: ConfigView | undefined): Promise<void>;
}

/** A browser with the side panel in it. */
export class ConfigPages {
  private constructor(private readonly pages: ViewPages<FromConfig, ToConfig>) {}

  static async start(): Promise<ConfigPages> {
    return new ConfigPages(await ViewPages.start({ name: 'config', html: configPage, background: 'var(--vscode-sideBar-background)', width: 300 }));
  }

  /** `state`: what the page persisted before. */
  async open(theme?: ThemeName, options?: { width?: number; state?: unknown }): Promise<OpenedConfig> {
    const opened = await this.pages.open(theme, options);
    return { ...opened, show: (config) => opened.post({ type: 'config', config }) };
  }

  stop(): Promise<void> {
    return this.pages.stop();
  }
}
