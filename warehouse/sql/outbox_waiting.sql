-- How many deliveries are in no message yet, by subscription and channel.
SELECT d.subscription, d.channel, count(*) AS deliveries
FROM delivery AS d
WHERE d.status = 'pending' AND d.message_key IS NULL
GROUP BY d.subscription, d.channel
ORDER BY d.subscription, d.channel;
