// SPDX-License-Identifier: MIT OR GPL-2.0
/*
 * An I2C bus with a display that remembers what it was told.
 *
 * The kernel's own i2c-stub knows SMBus commands only, and the appliance sends whole pictures as raw I2C messages, as
 * it does on a Pi. So this is a bus for raw messages: bus 1, with a device that acknowledges at address 0x3C. What is
 * written to it is read from /dev/i2c-glass, one message a read; "0" written there pulls its wires, "1" puts them back.
 */
#include <linux/fs.h>
#include <linux/i2c.h>
#include <linux/kfifo.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>

#define ADDRESS 0x3c
#define BUS 1
#define REMEMBERED (1 << 20)

static struct kfifo_rec_ptr_2 messages;
static DEFINE_MUTEX(lock);
static bool plugged = true;
static bool overrun;

static int transfer(struct i2c_adapter *adapter, struct i2c_msg *sent, int count)
{
	int done;

	guard(mutex)(&lock);
	for (done = 0; done < count; done++) {
		if (!plugged || sent[done].addr != ADDRESS)
			return -EREMOTEIO;
		if (sent[done].flags & I2C_M_RD)
			return -EOPNOTSUPP;
		if (sent[done].len && !kfifo_in(&messages, sent[done].buf, sent[done].len))
			overrun = true;
	}
	return count;
}

static u32 functionality(struct i2c_adapter *adapter)
{
	return I2C_FUNC_I2C | I2C_FUNC_SMBUS_EMUL;
}

static ssize_t glass_read(struct file *file, char __user *to, size_t size, loff_t *place)
{
	unsigned int copied;
	int failed;

	guard(mutex)(&lock);
	if (overrun)
		return -EOVERFLOW;
	if (kfifo_is_empty(&messages))
		return 0;
	failed = kfifo_to_user(&messages, to, size, &copied);
	return failed ? failed : copied;
}

static ssize_t glass_write(struct file *file, const char __user *from, size_t size, loff_t *place)
{
	int failed = kstrtobool_from_user(from, size, &plugged);

	return failed ? failed : size;
}

static const struct file_operations glass_operations = {
	.owner = THIS_MODULE,
	.read = glass_read,
	.write = glass_write,
};

static struct miscdevice glass = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "i2c-glass",
	.fops = &glass_operations,
	.mode = 0600,
};

static const struct i2c_algorithm algorithm = {
	.xfer = transfer,
	.functionality = functionality,
};

static struct i2c_adapter bus = {
	.owner = THIS_MODULE,
	.name = "the test's display",
	.nr = BUS,
	.algo = &algorithm,
};

static int __init glass_init(void)
{
	int failed = kfifo_alloc(&messages, REMEMBERED, GFP_KERNEL);

	if (failed)
		return failed;
	failed = misc_register(&glass);
	if (failed)
		goto no_device;
	failed = i2c_add_numbered_adapter(&bus);
	if (failed)
		goto no_bus;
	return 0;

no_bus:
	misc_deregister(&glass);
no_device:
	kfifo_free(&messages);
	return failed;
}

static void __exit glass_exit(void)
{
	i2c_del_adapter(&bus);
	misc_deregister(&glass);
	kfifo_free(&messages);
}

module_init(glass_init);
module_exit(glass_exit);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("An I2C bus with a display that remembers what it was told");
