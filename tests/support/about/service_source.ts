/** Answers what sites ask the service, as one without anything would. */
import type { ServiceAnswers, ServiceSource } from "../../../mod/site/about/service_source.ts";
import { VIEW } from "./dashboard.ts";

const NOTHING: ServiceAnswers = {
  listening: { version: "1", ipListen: [], endpoints: [], sites: [] },
  prometheus: "",
  openmetrics: "# EOF\n",
  dashboard: VIEW,
};

export const noService: ServiceSource = (question) => NOTHING[question];
