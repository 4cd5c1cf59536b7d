<?php
// Keeps the contract of docs/webhooks.md. WEBHOOK_SECRET=whsec_… php -S 127.0.0.1:3000 receiver.php
ini_set('display_errors', '0'); // Or PHP would answer its own errors with 200: "received".

function answer(int $status, array $body = []): never
{
    http_response_code($status);
    header('content-type: application/json');
    exit(json_encode((object) $body));
}

function is_genuine(string $id, string $time, string $given, string $body): bool
{
    foreach (explode(' ', getenv('WEBHOOK_SECRET')) as $secret) {
        $key = base64_decode(substr($secret, 6));
        if (strlen($key) < 24) throw new Exception('WEBHOOK_SECRET must be whsec_…');
        $right = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$time.$body", $key, true));
        foreach (explode(' ', $given) as $one) if (hash_equals($right, $one)) return true;
    }
    return false;
}

$body = file_get_contents('php://input', length: 65537);
if (strlen($body) > 65536) answer(413);
foreach (['ID', 'TIMESTAMP', 'SIGNATURE'] as $name) $sent[] = $_SERVER["HTTP_WEBHOOK_$name"] ?? '';
if (!is_genuine($sent[0], $sent[1], $sent[2], $body) || abs(time() - (int) $sent[1]) > 300) answer(401);
$event = json_decode($body) ?? answer(400);
if (!in_array($event->type, ['hand_off.requested', 'hand_off.cancelled'])) answer(200);

$db = new PDO('sqlite:' . (getenv('DATA') ?: 'numbers.sqlite'));
// No row is ever removed, so each new one gets the next number; on disk before it is answered.
$db->exec('CREATE TABLE IF NOT EXISTS slips (number INTEGER PRIMARY KEY, id UNIQUE, cancelled)');
$run = fn ($sql) => ($statement = $db->prepare($sql))->execute([$event->data->id]) ? $statement : null;
$run('INSERT OR IGNORE INTO slips (id) VALUES (?)');
if ($event->type === 'hand_off.cancelled') $run('UPDATE slips SET cancelled = 1 WHERE id = ?');
$slip = $run("SELECT printf('A-%03d', number) no, cancelled FROM slips WHERE id = ?")->fetchObject();
$text = ['ko' => '취소된 접수입니다', 'en' => 'This was cancelled'];
if ($slip->cancelled) answer(200, ['status' => 'refused', 'text' => $text]);
answer(200, ['status' => 'accepted', 'number' => $slip->no]);
