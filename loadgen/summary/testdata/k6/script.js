import { check, group, sleep } from 'k6'; import { Trend, Counter, Gauge, Rate } from 'k6/metrics';
const d=new Trend('http_req_duration',true), w=new Trend('http_req_waiting',true), b=new Trend('http_req_blocked',true), raw=new Trend('raw_trend');
const reqs=new Counter('http_reqs'), failed=new Rate('http_req_failed'), drop=new Counter('dropped_iterations'), mine=new Counter('my_counter'), g=new Gauge('my_gauge'), r=new Rate('my_rate');
export const options={summaryTrendStats:['avg','min','max','p(0)','p(100)','count'],
 scenarios:{buy:{executor:'per-vu-iterations',vus:1,iterations:1,exec:'buy'},default:{executor:'per-vu-iterations',vus:1,iterations:1,startTime:'300ms'}},
 thresholds:{checks:['rate>0.9'],http_req_duration:['avg<500','max < 1'],'http_req_duration{scenario:buy}':['min<200'],http_req_failed:['rate<0.01'],'http_reqs{scenario:nosuch}':['count>3'],my_counter:['count>1','rate<1'],my_gauge:['value<3'],'raw_trend{a:b}':['max<3']}};
const ok={expected_response:'true'}, bad={expected_response:'false'};
function req(ms,isOk){ const t=isOk?ok:bad; d.add(ms,t); w.add(ms*0.75,t); b.add(0,t); reqs.add(1,t); failed.add(!isOk,t); }
export function buy(){ req(12.5,true); req(1.25,true); check(1,{'root check':()=>true,'fails':()=>false}); mine.add(7); raw.add(0.5); raw.add(2.25); g.add(1.5); g.add(4); g.add(2.5);
 group('checkout',function(){ req(250,false); check(1,{'buy ok':()=>true}); check(1,{'buy ok':()=>false}); check(1,{'buy ok':()=>false}); group('pay',function(){ req(0.0325,true); check(1,{'pay ok':()=>true,'pay two':()=>false}); }); }); sleep(0.05); }
export default function(){ group('welcome',function(){ req(2000,true); check(1,{'hello':()=>true}); r.add(1); r.add(0); r.add(0); }); mine.add(3); drop.add(2); }
